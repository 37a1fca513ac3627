package org.penstock.daemon.scan;

import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;

/**
 * Decides how many frames make a chunk, and how many a part file. A part file holds whole chunks, so that both are found by division.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param config chunk and part sizes
 * @param rank dimensions of a frame
 * @param frameBytes bytes of a frame
 * @param elementBytes bytes of an element
 * @param valueBytes of what comes with a frame
 * @param openParts how many part files may be open at a time
 * @param every every how many frames one is stored
 */
record FrameCut(
        DaemonConfig config, int rank, long frameBytes, int elementBytes, int valueBytes, int openParts, long every) {
    /** Chunks of counters and spectra of which nobody said how many will come: what is not filled is stored all the same. */
    private static final long OPEN_ENDED_CHUNK_BYTES = 64 * 1024;

    /** A chunk keeps some bits in the heap for each of its frames. */
    private static final long MOST_CHUNK_FRAMES = 1 << 17;

    /** Part files of a detector that did not say its rate, as a multiple of the smallest. */
    private static final long UNKNOWN_RATE_PARTS = 8;

    /** What frames that arrive encoded are taken to be packed by; nobody knows before they come. */
    private static final long ENCODED_RATIO = 8;

    /** What comes with the frames of open parts stays in the heap until they are closed: of a stream at most. */
    private static final long MOST_VALUE_BYTES = 256L << 20;

    /** Where the length of parts is chosen here. */
    private static final long USUAL_VALUE_BYTES = 64L << 20;

    /** Chunk addresses and checksums of an open part are in the heap, 4 to 16 bytes for each frame up to the last. */
    private static final long MOST_PART_FRAMES = 1L << 22;

    FrameGeometry geometry(OpenStream request, @Nullable LimaNames lima) {
        Long frames = request.frames();
        long stored = frames == null ? Long.MAX_VALUE : (frames + every - 1) / every;
        Long asked = lima != null && lima.framesPerFile() != null ? lima.framesPerFile() : request.framesPerFile();
        if (asked != null) {
            long most = valueBytes == 0
                    ? MOST_PART_FRAMES
                    : Math.min(MOST_PART_FRAMES, MOST_VALUE_BYTES / openParts / valueBytes);
            StreamValues.range("frames_per_file", asked, 1, most);
        }
        if (PayloadEncoding.of(request.encoding()) != PayloadEncoding.RAW) {
            // a payload that arrives encoded is a chunk
            long encodedBytes = Math.max(1, frameBytes / ENCODED_RATIO);
            return cut(1, asked == null ? framesOfPart(request.rateHz(), encodedBytes) : asked);
        }
        long chunkFrames = Math.min(targetChunkFrames(stored), stored);
        if (asked != null && rank > 1) {
            return cut(largestDivisor(asked, chunkFrames), asked);
        }
        long wanted = asked == null ? framesOfPart(request.rateHz(), frameBytes) : asked;
        long chunks = Math.max(1, (wanted + chunkFrames - 1) / chunkFrames);
        return cut(chunkFrames, chunks * chunkFrames);
    }

    private FrameGeometry cut(long chunkFrames, long framesPerFile) {
        return new FrameGeometry(frameBytes, elementBytes, (int) chunkFrames, framesPerFile, every);
    }

    private long targetChunkFrames(long stored) {
        long target = config.memory().chunkBytes();
        if (rank <= 1 && stored == Long.MAX_VALUE) {
            target = Math.min(target, OPEN_ENDED_CHUNK_BYTES);
        }
        return Math.clamp(target / (frameBytes + valueBytes), 1, MOST_CHUNK_FRAMES);
    }

    private static long largestDivisor(long framesPerFile, long most) {
        long divisor = Math.min(framesPerFile, most);
        while (framesPerFile % divisor != 0) {
            divisor--;
        }
        return divisor;
    }

    private long framesOfPart(@Nullable Double rateHz, long storedBytes) {
        long least = config.storage().partBytesMin();
        long most = Math.max(least, config.storage().partBytesMax());
        double bytes = rateHz == null || rateHz <= 0
                ? (double) UNKNOWN_RATE_PARTS * least
                : rateHz / every * storedBytes * config.storage().partSeconds().toMillis() / 1000.0;
        long frames = (long) Math.clamp(bytes, (double) least, (double) most) / storedBytes;
        long mostFrames = valueBytes == 0
                ? MOST_PART_FRAMES
                : Math.min(MOST_PART_FRAMES, USUAL_VALUE_BYTES / openParts / valueBytes);
        return Math.max(1, Math.min(frames, mostFrames));
    }
}
