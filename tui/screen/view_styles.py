"""Where the parts of the main screen stand, and which of them show."""

VIEW_STYLES = """
View {
    layout: vertical; background: $background;
    & #header, & #headings, & #footer { height: 1; }
    & #troubles { height: auto; max-height: 3; display: none; }
    & #body { height: 1fr; layout: vertical; }
    & #list { height: 1fr; width: 1fr; }
    & #empty, & #calm { height: 1fr; display: none; }
    & #divider { display: none; }
    & #details { display: none; height: 1fr; width: 1fr; }
    &.-trouble #troubles { display: block; }
    &.-beside #body { layout: horizontal; }
    &.-beside #details, &.-below #details, &.-below #divider { display: block; }
    &.-instead.-open #details { display: block; }
    &.-instead.-open #list { display: none; }
    &.-empty #table, &.-empty #headings { display: none; }
    &.-empty #empty { display: block; }
    &.-filtering #footer { display: none; }
    &.-small > * { display: none; }
    &.-small #calm { display: block; }
}
"""
