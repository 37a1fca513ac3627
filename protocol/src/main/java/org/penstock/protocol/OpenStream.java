package org.penstock.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a detector says of the frames it will send (README section 4). Null means the default; the daemon checks the values.
 *
 * @param detector name, unique in the scan
 * @param dtype wire name of an {@link ElementType}
 * @param shape of one frame, slowest dimension first; empty for a counter
 * @param frames how many will come, or null for unlimited
 * @param encoding of payloads, default {@code raw}
 * @param codec how chunks are stored
 * @param ack {@code written} or {@code durable}
 * @param overflow what happens when memory is full: back-pressure (default) or {@link #DROP}
 * @param connections how many connections will feed the stream, default 1
 * @param save false to receive, count and throw away
 * @param every store only every n-th frame, default 1
 * @param rateHz expected frame rate
 * @param framesPerFile frames of a part file
 * @param clock of timestamps, default {@code unix}
 * @param tickHz rate of the hardware tick
 * @param detectorInfo NXdetector fields: values, or objects with {@code value} and {@code units}
 * @param scan which scan, default a new one
 * @param lima LImA's saving parameters
 * @param resume whether the client will re-attach after a cut
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OpenStream(
        String detector,
        String dtype,
        List<Long> shape,
        @Nullable Long frames,
        @Nullable String encoding,
        @Nullable String codec,
        @Nullable String ack,
        @Nullable String overflow,
        @Nullable Integer connections,
        @Nullable Boolean save,
        @Nullable Long every,
        @Nullable Double rateHz,
        @Nullable Long framesPerFile,
        @Nullable String clock,
        @Nullable Double tickHz,
        @Nullable Map<String, Object> detectorInfo,
        @Nullable ScanRequest scan,
        @Nullable LimaSaving lima,
        @Nullable Boolean resume) {
    public static final String DROP = "drop";

    /** A stream of which only the first four keys are said. */
    public static OpenStream of(String detector, ElementType type, List<Long> shape, @Nullable Long frames) {
        return new OpenStream(
                detector,
                type.wireName(),
                shape,
                frames,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** The same stream in another scan. */
    public OpenStream withScan(ScanRequest newScan) {
        return new OpenStream(
                detector,
                dtype,
                shape,
                frames,
                encoding,
                codec,
                ack,
                overflow,
                connections,
                save,
                every,
                rateHz,
                framesPerFile,
                clock,
                tickHz,
                detectorInfo,
                newScan,
                lima,
                resume);
    }

    /** The same stream in part files of this many frames. */
    public OpenStream withFramesPerFile(long newFramesPerFile) {
        return new OpenStream(
                detector,
                dtype,
                shape,
                frames,
                encoding,
                codec,
                ack,
                overflow,
                connections,
                save,
                every,
                rateHz,
                newFramesPerFile,
                clock,
                tickHz,
                detectorInfo,
                scan,
                lima,
                resume);
    }

    /** The same stream over this many connections. */
    public OpenStream withConnections(int newConnections) {
        return new OpenStream(
                detector,
                dtype,
                shape,
                frames,
                encoding,
                codec,
                ack,
                overflow,
                newConnections,
                save,
                every,
                rateHz,
                framesPerFile,
                clock,
                tickHz,
                detectorInfo,
                scan,
                lima,
                resume);
    }
}
