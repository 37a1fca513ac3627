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
 * @param encoding of payloads, the wire name of a {@link PayloadEncoding}, default {@code raw}
 * @param codec how chunks are stored, or were encoded
 * @param ack {@code written} or {@code durable}
 * @param overflow what happens when memory is full: back-pressure (default) or {@link #DROP}
 * @param connections how many connections will feed the stream, default 1
 * @param save false to receive, count and throw away
 * @param every store only every n-th frame, default 1
 * @param rateHz expected frame rate
 * @param framesPerFile frames of a part file
 * @param clock of timestamps, default {@code unix}
 * @param tickHz rate of the hardware tick
 * @param frameValues what comes with each frame and is stored beside the data
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
        @Nullable List<FrameValue> frameValues,
        @Nullable Map<String, Object> detectorInfo,
        @Nullable ScanRequest scan,
        @Nullable LimaSaving lima,
        @Nullable Boolean resume) {
    public static final String DROP = "drop";

    /** A stream of which only the first four keys are said. */
    public static OpenStream of(String detector, ElementType type, List<Long> shape, @Nullable Long frames) {
        return new Builder(detector, type.wireName(), shape).frames(frames).build();
    }

    /** Begins a stream of which only what must be said is said. */
    public static Builder builder(String detector, ElementType type, List<Long> shape) {
        return new Builder(detector, type.wireName(), shape);
    }

    /** The same stream in another scan. */
    public OpenStream withScan(ScanRequest newScan) {
        return toBuilder().scan(newScan).build();
    }

    /** The same stream in part files of this many frames. */
    public OpenStream withFramesPerFile(long newFramesPerFile) {
        return toBuilder().framesPerFile(newFramesPerFile).build();
    }

    /** The same stream over this many connections. */
    public OpenStream withConnections(int newConnections) {
        return toBuilder().connections(newConnections).build();
    }

    /** Begins a stream that is like this one. */
    public Builder toBuilder() {
        Builder builder = new Builder(detector, dtype, shape);
        builder.frames = frames;
        builder.encoding = encoding;
        builder.codec = codec;
        builder.ack = ack;
        builder.overflow = overflow;
        builder.connections = connections;
        builder.save = save;
        builder.every = every;
        builder.rateHz = rateHz;
        builder.framesPerFile = framesPerFile;
        builder.clock = clock;
        builder.tickHz = tickHz;
        builder.frameValues = frameValues;
        builder.detectorInfo = detectorInfo;
        builder.scan = scan;
        builder.lima = lima;
        builder.resume = resume;
        return builder;
    }

    /**
     * Says one key after the other; see the components of {@link OpenStream} for what they mean.
     *
     * <p><b>Threading:</b> confined to its owner.
     */
    public static final class Builder {
        private final String detector;
        private final String dtype;
        private final List<Long> shape;
        private @Nullable Long frames;
        private @Nullable String encoding;
        private @Nullable String codec;
        private @Nullable String ack;
        private @Nullable String overflow;
        private @Nullable Integer connections;
        private @Nullable Boolean save;
        private @Nullable Long every;
        private @Nullable Double rateHz;
        private @Nullable Long framesPerFile;
        private @Nullable String clock;
        private @Nullable Double tickHz;
        private @Nullable List<FrameValue> frameValues;
        private @Nullable Map<String, Object> detectorInfo;
        private @Nullable ScanRequest scan;
        private @Nullable LimaSaving lima;
        private @Nullable Boolean resume;

        private Builder(String detector, String dtype, List<Long> shape) {
            this.detector = detector;
            this.dtype = dtype;
            this.shape = shape;
        }

        public Builder frames(@Nullable Long value) {
            frames = value;
            return this;
        }

        public Builder encoding(@Nullable PayloadEncoding value) {
            encoding = value == null ? null : value.wireName();
            return this;
        }

        public Builder codec(@Nullable String value) {
            codec = value;
            return this;
        }

        public Builder ack(@Nullable String value) {
            ack = value;
            return this;
        }

        public Builder overflow(@Nullable String value) {
            overflow = value;
            return this;
        }

        public Builder connections(@Nullable Integer value) {
            connections = value;
            return this;
        }

        public Builder save(@Nullable Boolean value) {
            save = value;
            return this;
        }

        public Builder every(@Nullable Long value) {
            every = value;
            return this;
        }

        public Builder rateHz(@Nullable Double value) {
            rateHz = value;
            return this;
        }

        public Builder framesPerFile(@Nullable Long value) {
            framesPerFile = value;
            return this;
        }

        public Builder clock(@Nullable String value) {
            clock = value;
            return this;
        }

        public Builder tickHz(@Nullable Double value) {
            tickHz = value;
            return this;
        }

        public Builder frameValues(@Nullable List<FrameValue> value) {
            frameValues = value;
            return this;
        }

        public Builder detectorInfo(@Nullable Map<String, Object> value) {
            detectorInfo = value;
            return this;
        }

        public Builder scan(@Nullable ScanRequest value) {
            scan = value;
            return this;
        }

        public Builder lima(@Nullable LimaSaving value) {
            lima = value;
            return this;
        }

        public Builder resume(@Nullable Boolean value) {
            resume = value;
            return this;
        }

        /** Returns the request. */
        public OpenStream build() {
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
                    frameValues,
                    detectorInfo,
                    scan,
                    lima,
                    resume);
        }
    }
}
