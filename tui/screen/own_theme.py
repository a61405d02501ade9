"""A person's own theme as one of Textual."""

from textual.theme import Theme

from rushes.tui.lines.roles import Role
from rushes.watch.config.themes import OwnTheme


def textual_theme(own: OwnTheme) -> Theme:
    """The theme with the colours that were given; `role_variables` derives all others.

    It has the given ones legible, too, as those of any theme that is not ours.
    """
    given = {
        Role.QUIET: own.quiet,
        Role.FAINT: own.faint,
        Role.RULE: own.rule,
        Role.STOPPED: own.stopped,
        Role.URGENT: own.urgent,
    }
    return Theme(
        name=own.name,
        dark=own.dark,
        background=own.background,
        surface=own.panel or own.background,
        panel=own.panel,
        foreground=own.text,
        primary=own.running or own.accent,
        secondary=own.queued,
        accent=own.accent,
        warning=own.warm or own.accent,
        error=own.failed or "#e05252",
        success=own.succeeded or "#5fa04e",
        variables={role.value: color for role, color in given.items() if color}
        | {"scrollbar-background": own.background},
    )
