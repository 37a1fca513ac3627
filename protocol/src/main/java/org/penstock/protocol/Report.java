package org.penstock.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a stream, sent when its files are closed (README section 8). Lists of ranges are cut at {@link #MAX_RANGES}.
 *
 * @param stream its id
 * @param detector its name
 * @param scan id of its scan
 * @param entry HDF5 group of the scan
 * @param state {@code complete}, {@code incomplete} or {@code aborted}
 * @param reason why it ended so
 * @param recovered whether a part file of it was recovered after a crash
 * @param framesExpected announced or counted by END
 * @param framesReceived came whole and undamaged, without duplicates
 * @param framesWritten are in the files
 * @param framesDurable are there and survive power loss
 * @param framesDropped lost for want of memory, with {@code overflow: drop}
 * @param framesSkipped left out on the client's wish ({@code every}, {@code save: false})
 * @param duplicates came more than once
 * @param missingFrames expected, not skipped, not in the files
 * @param missing those frames
 * @param dropped those lost for want of memory
 * @param tooLate those whose chunk was already written
 * @param refused those whose payload is not what its encoding says; not in the message when there are none, then null
 * @param bytesRaw pixels of the frames written
 * @param bytesStored those bytes as chunks in the files
 * @param seconds from opened to closed
 * @param files absolute paths of the part files that remain
 * @param scanFile absolute path of the scan master, or null
 * @param datasetFile absolute path of the dataset master, or null
 */
public record Report(
        String stream,
        String detector,
        String scan,
        String entry,
        String state,
        String reason,
        boolean recovered,
        long framesExpected,
        long framesReceived,
        long framesWritten,
        long framesDurable,
        long framesDropped,
        long framesSkipped,
        long duplicates,
        long missingFrames,
        List<FrameRange> missing,
        List<FrameRange> dropped,
        List<FrameRange> tooLate,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable List<FrameRange> refused,

        long bytesRaw,
        long bytesStored,
        double seconds,
        List<String> files,
        @Nullable String scanFile,
        @Nullable String datasetFile) {
    public static final String COMPLETE = "complete";
    public static final String INCOMPLETE = "incomplete";
    public static final String ABORTED = "aborted";

    /** Longest list of ranges. */
    public static final int MAX_RANGES = 10_000;
}
