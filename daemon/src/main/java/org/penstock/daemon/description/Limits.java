package org.penstock.daemon.description;

/** How large a description may be, so that the master of its scan is written in a moment and no other scan waits for it. */
final class Limits {
    /** Each is a dataset of the scan master, some 10 µs of {@code hdf5-writer}. */
    static final int VALUES = 10_000;

    /** Of all lists together. */
    static final int ELEMENTS = 1_000_000;

    /** UTF-8 bytes of one text. */
    static final int TEXT_BYTES = 1 << 20;

    /** UTF-8 bytes of all of it as JSON: it goes into the scan's journal whenever it changes. */
    static final int JSON_BYTES = 4 << 20;

    /** Characters of a name. */
    static final int NAME = 128;

    /** Groups in groups. */
    static final int DEPTH = 8;

    private Limits() {}
}
