package org.penstock.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's answer to {@link OpenStream} and {@link Attach} (README section 4).
 *
 * @param stream id for {@link Attach} and {@link Abort}
 * @param scan id for {@link ScanRequest#join()}
 * @param scanNumber number within the dataset, 0 when there is no scan master
 * @param entry HDF5 group of the scan, such as {@code 1.1}
 * @param scanFile absolute path of the scan master, or null
 * @param datasetFile absolute path of the dataset master, or null
 * @param frameBytes bytes of one raw frame
 * @param framesPerFile frames of a full part file
 * @param chunkFrames frames of one HDF5 chunk
 * @param ack the acknowledgement level that will be used
 * @param level what {@code written} means on the file system that the stream is written to, for people; null from an older daemon
 * @param writtenBelow every frame below is settled
 * @param durableBelow every frame below survives power loss, or was named as lost
 * @param receivedRanges what need not be sent (again)
 * @param lostRanges frames that are settled and in no file: a mark that passes them does not make them written
 */
public record StreamOpened(
        String stream,
        String scan,
        int scanNumber,
        String entry,
        @Nullable String scanFile,
        @Nullable String datasetFile,
        long frameBytes,
        long framesPerFile,
        int chunkFrames,
        String ack,
        @Nullable String level,
        long writtenBelow,
        long durableBelow,
        List<FrameRange> receivedRanges,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FrameRange> lostRanges) {
    public StreamOpened {
        // an older daemon does not say
        lostRanges = Objects.requireNonNullElse(lostRanges, List.of());
    }

    /** The same stream, further on. */
    public StreamOpened at(
            long newWrittenBelow,
            long newDurableBelow,
            List<FrameRange> newReceivedRanges,
            List<FrameRange> newLostRanges) {
        return new StreamOpened(
                stream,
                scan,
                scanNumber,
                entry,
                scanFile,
                datasetFile,
                frameBytes,
                framesPerFile,
                chunkFrames,
                ack,
                level,
                newWrittenBelow,
                newDurableBelow,
                newReceivedRanges,
                newLostRanges);
    }
}
