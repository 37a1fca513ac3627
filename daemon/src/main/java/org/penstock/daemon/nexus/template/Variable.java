package org.penstock.daemon.nexus.template;

import java.util.Locale;

/** What a text of a template may name in braces, such as <code>{title}</code>. What is not known makes the field or the attribute stay away. */
public enum Variable {
    /** Number of the scan in its dataset. */
    NUMBER,
    /** Name of the entry. */
    ENTRY,
    TITLE,
    /** When the scan began, ISO 8601. */
    START_TIME,
    /** When it began, in seconds since 1970. */
    START_EPOCH,
    /** When it ended; not known while it runs. */
    END_TIME,
    /** {@code SUCCESS}, {@code FAILURE} and so on; not known while it runs. */
    END_REASON,
    /** {@code STARTING}, {@code RUNNING}, {@code SUCCEEDED} or {@code FAILED}. */
    STATUS,
    /** Since when. */
    STATUS_TIME,
    PROPOSAL,
    BEAMLINE,
    SESSION,
    /** Name of the sample. */
    SAMPLE,
    DATASET,
    /** Sample and dataset, joined by an underscore. */
    DATASET_NAME,
    /** Name of the instrument. */
    INSTRUMENT,
    SCAN_TYPE,
    COMMAND,
    /** Who wrote the file. */
    PROGRAM,
    PROGRAM_VERSION,
    /** All that was said of the scan, as JSON. */
    DESCRIPTION,
    /** Name of the group with the plot that is shown first. */
    DEFAULT_PLOT;

    /** Returns the name in templates. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
