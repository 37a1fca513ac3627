package org.penstock.benchmarks;

/**
 * What is measured by running a daemon without it beside one as it is.
 *
 * <p><b>Threading:</b> immutable.
 */
enum Compared {
    /** Journals of part files. */
    JOURNAL("journals of part files", UnjournalledDaemon.class),
    /** Counters, histograms, and the readings of clocks for them. */
    METRICS("metrics of frames and chunks", UncountedDaemon.class);

    private final String words;
    private final Class<?> without;

    Compared(String words, Class<?> without) {
        this.words = words;
        this.without = without;
    }

    /** Returns it as people read it. */
    String words() {
        return words;
    }

    /** Returns the main class of a daemon without it. */
    Class<?> without() {
        return without;
    }
}
