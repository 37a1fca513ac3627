package org.penstock.daemon.nexus.template;

import java.util.List;
import java.util.Locale;

/** What a template may insert into a group, such as {@code $detectors: data}, and in which forms. */
public enum Source {
    /** An NXdetector for each detector, with the data itself or with links to it. */
    DETECTORS("data", "links"),
    /** An NXpositioner for each positioner that moves, with its positions or with a link to them. */
    MOVERS("data", "links"),
    /** Everything measured, by its name: the data itself, or links to it. */
    MEASUREMENT("data", "links"),
    /** One value for each positioner; {@code now} as they were at the start, and links to those that move. */
    POSITIONERS("now", "start", "dial_start", "end", "dial_end"),
    /** What the description says of the scan's parameters. */
    SCAN_PARAMETERS(""),
    /** Further devices of the instrument. */
    INSTRUMENT(""),
    SAMPLE(""),
    TECHNIQUE(""),
    /** An NXuser each. */
    USERS(""),
    /** An NXnote each. */
    NOTES(""),
    /** Further groups, as the description has them. */
    GROUPS(""),
    /** An NXdata each. */
    PLOTS(""),
    /** An NXsubentry each. */
    APPLICATIONS(""),
    /** An NXprocess each, what the daemon did itself among them. */
    PROCESSES("");

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> forms;

    Source(String... forms) {
        this.forms = List.of(forms);
    }

    /** Returns the forms; one that is empty is said by no value. */
    public List<String> forms() {
        return forms;
    }

    /** Returns the key in templates. */
    public String key() {
        return "$" + name().toLowerCase(Locale.ROOT);
    }
}
