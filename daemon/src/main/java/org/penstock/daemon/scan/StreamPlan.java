package org.penstock.daemon.scan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.CodecNameException;
import org.penstock.compression.PayloadFormat;
import org.penstock.compression.Uncompressed;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.config.StorageConfig;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.nexus.Field;
import org.penstock.daemon.nexus.GroupNames;
import org.penstock.daemon.nexus.PerFrame;
import org.penstock.daemon.storage.StreamRecord;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.ScanRequest;

/**
 * A stream as it will be: the request, checked, with every default filled in.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param detector name
 * @param type of one element
 * @param shape of one frame, slowest dimension first
 * @param frames how many were announced, or null for unlimited
 * @param geometry how frames are cut into chunks and files
 * @param form how chunks arrive, and how they are stored
 * @param delivery how frames come
 * @param perFrame what comes with each of them
 * @param fields NXdetector fields
 * @param scan which scan
 * @param lima LImA's saving parameters, checked, or null
 */
public record StreamPlan(
        String detector,
        ElementType type,
        List<Integer> shape,
        @Nullable Long frames,
        FrameGeometry geometry,
        ChunkForm form,
        Delivery delivery,
        PerFrame perFrame,
        Map<String, Field> fields,
        ScanRequest scan,
        @Nullable LimaNames lima) {
    private static final int MOST_CONNECTIONS = 64;
    private static final int PARTS_OF_SEVERAL = 64;

    /** Frames of fewer dimensions share a chunk, which their sender cannot encode for them. */
    private static final int LEAST_ENCODED_RANK = 2;

    /**
     * How frames come.
     *
     * @param isSaved false to receive, count and throw away
     * @param mayDrop whether frames may be dropped for want of memory
     * @param connections how many connections will feed the stream
     * @param rateHz how many come in a second, or null when nobody said
     * @param ack the level of acknowledgement that the client wants, or null for the file system's
     */
    public record Delivery(
            boolean isSaved,
            boolean mayDrop,
            int connections,
            @Nullable Double rateHz,
            @Nullable String ack) {}

    /**
     * Checks a request.
     *
     * @throws ProtocolException naming the key, what was expected and what came
     */
    public static StreamPlan of(OpenStream request, DaemonConfig config) {
        String detector = NamePart.check("detector", StreamValues.required("detector", request.detector()));
        ElementType type = type(StreamValues.required("dtype", request.dtype()));
        List<Integer> shape = FrameShape.check(StreamValues.required("shape", request.shape()));
        long frameBytes = FrameShape.bytes(shape, type, config.limits().frameBytes());
        Long frames = request.frames();
        if (frames != null) {
            StreamValues.range("frames", frames, 1, FrameSet.MAX_FRAMES);
        }
        long every = StreamValues.orDefault("every", request.every(), 1, Integer.MAX_VALUE);
        LimaNames lima = request.lima() == null
                ? null
                : LimaNames.of(request.lima(), config.scan().instrumentName(), detector);
        PerFrame perFrame = perFrame(request);
        ChunkForm form = form(request, config, shape).with(perFrame.record());
        Delivery delivery = delivery(request);
        FrameCut cut = new FrameCut(
                config,
                shape.size(),
                frameBytes,
                type.bytes(),
                perFrame.record().bytes(),
                openParts(delivery, config.storage()),
                every);
        return new StreamPlan(
                detector,
                type,
                shape,
                frames,
                cut.geometry(request, lima),
                form,
                delivery,
                perFrame,
                StreamValues.fields(request.detectorInfo()),
                request.scan() == null ? ScanRequest.DEFAULTS : request.scan(),
                lima);
    }

    /**
     * Returns how many part files may be open at a time. One connection brings frames in order: a part with a hole can be closed soon. One of
     * several may lag behind the others for a while, and its frames must still find their parts open.
     */
    public int openParts(StorageConfig storage) {
        return openParts(delivery, storage);
    }

    private static int openParts(Delivery delivery, StorageConfig storage) {
        return delivery.connections() == 1 ? storage.openParts() : Math.max(storage.openParts(), PARTS_OF_SEVERAL);
    }

    /**
     * Returns the stream as its journals keep it.
     *
     * @param terms what was settled with its client
     */
    StreamRecord record(Settled terms, GroupNames groups, StreamRecord.Names names) {
        Map<String, StreamRecord.FieldRecord> written = new LinkedHashMap<>();
        fields.forEach((name, field) -> written.put(name, new StreamRecord.FieldRecord(field.value(), field.units())));
        return new StreamRecord(
                terms.stream(),
                detector,
                type.wireName(),
                shape,
                frames,
                new StreamRecord.Cut(geometry.chunkFrames(), geometry.framesPerFile(), geometry.every()),
                form.codec().name(),
                new StreamRecord.Delivery(
                        terms.ack(),
                        terms.checksum(),
                        delivery.mayDrop(),
                        delivery.connections(),
                        terms.openParts(),
                        delivery.rateHz(),
                        form.encoding() == PayloadEncoding.RAW
                                ? null
                                : form.encoding().wireName()),
                new StreamRecord.Groups(groups.entry(), groups.instrument(), groups.detector()),
                written,
                StreamRecord.Values.of(perFrame),
                names);
    }

    /**
     * What the daemon settles of a stream.
     *
     * @param stream its id
     * @param ack level of acknowledgement that the client waits for
     * @param checksum kind that its senders take
     * @param openParts how many part files may be open at a time
     */
    public record Settled(String stream, String ack, String checksum, int openParts) {}

    private static Delivery delivery(OpenStream request) {
        StreamValues.oneOf("ack", request.ack(), ErrorCode.BAD_VALUE, "written", "durable");
        StreamValues.oneOf("overflow", request.overflow(), ErrorCode.BAD_VALUE, "block", OpenStream.DROP);
        StreamValues.oneOf("clock", request.clock(), ErrorCode.BAD_VALUE, "unix", "tai", "ptp", "detector");
        Integer connections = request.connections();
        Long asked = connections == null ? null : connections.longValue();
        return new Delivery(
                !Boolean.FALSE.equals(request.save()),
                OpenStream.DROP.equals(request.overflow()),
                (int) StreamValues.orDefault("connections", asked, 1, MOST_CONNECTIONS),
                request.rateHz(),
                request.ack());
    }

    private static PerFrame perFrame(OpenStream request) {
        try {
            return new PerFrame(
                    FrameRecord.of(request.frameValues()),
                    Objects.requireNonNullElse(request.clock(), "unix"),
                    request.tickHz());
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.BAD_VALUE, "key=frame_values, " + e.getMessage(), e);
        }
    }

    private static ElementType type(String wireName) {
        try {
            return ElementType.of(wireName);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.BAD_DTYPE, "key=dtype, " + e.getMessage(), e);
        }
    }

    private static ChunkForm form(OpenStream request, DaemonConfig config, List<Integer> shape) {
        PayloadEncoding encoding = encoding(request.encoding());
        if (encoding == PayloadEncoding.RAW) {
            return ChunkForm.raw(codec(request.codec(), config, shape.size()));
        }
        if (shape.size() < LEAST_ENCODED_RANK) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE,
                    "counters and spectra are sent raw: key=encoding, expected=raw for shape=" + shape + ", actual="
                            + encoding.wireName());
        }
        String wanted = request.codec() == null ? encoding.wireName() : request.codec();
        ChunkCodec codec = codec(wanted, config, shape.size());
        if (!PayloadFormat.of(encoding.wireName()).isFormatOf(codec)) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE,
                    "frames that arrive encoded are stored as they are: key=codec, expected=" + encoding.wireName()
                            + " with any of its options, as key=encoding says, actual=" + wanted);
        }
        return new ChunkForm(encoding, FrameRecord.NONE, codec);
    }

    private static PayloadEncoding encoding(@Nullable String wireName) {
        try {
            return PayloadEncoding.of(wireName);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.UNSUPPORTED, "key=encoding, " + e.getMessage(), e);
        }
    }

    /** Single values are a few bytes a chunk: stored as they are, every reader opens them without a plugin. */
    private static ChunkCodec codec(@Nullable String wanted, DaemonConfig config, int rank) {
        if (wanted == null) {
            return rank == 0 ? new Uncompressed() : config.compression().codec();
        }
        try {
            return ChunkCodec.of(wanted);
        } catch (CodecNameException e) {
            throw new ProtocolException(ErrorCode.BAD_VALUE, "key=codec, " + e.getMessage(), e);
        }
    }
}
