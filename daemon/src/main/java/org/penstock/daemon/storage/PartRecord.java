package org.penstock.daemon.storage;

/**
 * What a part's journal says in its header, in JSON: enough to make the whole file, and to know its place in the scan, if nothing else is left.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param part number of the part file
 * @param source which source of the part: 0 has the part's own name, later ones are continuations
 * @param file name of the data file, absolute; it lies beside the journal unless journals have a folder of their own
 * @param startTime when it was begun, ISO 8601 with offset
 */
public record PartRecord(ScanRecord scan, StreamRecord stream, long part, int source, String file, String startTime) {
    /** Returns the stored index of the part's first frame. */
    public long firstFrame() {
        return part * stream.cut().framesPerFile();
    }
}
