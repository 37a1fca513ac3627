package org.penstock.daemon.verify;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What can be wrong with a file; the names are the words of the JSON result. */
enum Trouble {
    /** Chunks that differ from their checksums, or cannot be decoded. */
    BAD_CHUNKS,
    /** Frames that are not what their sender sent, or cannot be proved any more. */
    BAD_FRAMES,
    /** Frames that never came, listed as such by the writer. */
    MISSING_FRAMES,
    /** Frames that are not in the file and that nobody listed as missing. */
    GAP,
    /** Checksums that cannot be used. */
    BAD_INTEGRITY,
    /** Something that a virtual dataset shows is not there: HDF5 reads the fill value without a word. */
    LOST_SOURCE,
    /** A link leads nowhere. */
    BROKEN_LINK,
    /** Not closed as it should be: the daemon writes it still, or was killed. */
    UNFINISHED,
    /** There is nothing to verify in a folder that was named. */
    NO_FILES,
    /** The file, or what describes its content, cannot be read. */
    UNREADABLE,
    /** The process that read the file crashed or never came back. */
    READER_LOST;

    /** Returns whether it keeps the rest of the file from being looked at. */
    boolean isFailure() {
        return this == NO_FILES || this == UNREADABLE || this == READER_LOST;
    }

    /** Returns the word in JSON. */
    @JsonValue
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
