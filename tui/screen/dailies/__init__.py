"""The dailies: what arrived, as a contact sheet, two takes side by side, one in full."""
