package org.penstock.daemon.storage;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.Field;
import org.penstock.daemon.nexus.FrameStorage;
import org.penstock.daemon.nexus.GroupNames;
import org.penstock.daemon.nexus.PerFrame;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.FrameValue;
import org.penstock.protocol.PayloadEncoding;

/**
 * A stream as journals keep it, in JSON: all that its part files are made of, and all that is needed to go on with it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param stream its id
 * @param detector name
 * @param dtype wire name of the element type
 * @param shape of one frame
 * @param frames how many were announced, or null
 * @param cut how frames are cut into chunks and files
 * @param codec name of the codec
 * @param delivery how frames come
 * @param groups names in the part files
 * @param fields NXdetector fields
 * @param values what comes with each frame; null, also in journals of before there was any: nothing
 * @param names of the part files
 */
public record StreamRecord(
        String stream,
        String detector,
        String dtype,
        List<Integer> shape,
        @Nullable Long frames,
        Cut cut,
        String codec,
        Delivery delivery,
        Groups groups,
        Map<String, FieldRecord> fields,
        @Nullable Values values,
        Names names) {

    /** See {@link PerFrame}. */
    public record Values(
            List<FrameValue> declared,
            String clock,
            @Nullable Double tickHz) {
        /** Returns what comes with each frame, or null for nothing. */
        public static @Nullable Values of(PerFrame perFrame) {
            return perFrame.isNone()
                    ? null
                    : new Values(perFrame.record().values(), perFrame.clock(), perFrame.tickHz());
        }
    }

    /** See {@link FrameGeometry}. */
    public record Cut(int chunkFrames, long framesPerFile, long every) {}

    /**
     * How frames come.
     *
     * @param ack level that the client waits for
     * @param checksum kind that senders take
     * @param mayDrop whether frames may be dropped for want of memory
     * @param connections how many feed the stream
     * @param openParts how many part files may be open at a time
     * @param rateHz how many come in a second; null, also in journals of before it was noted: nobody said
     * @param encoding of payloads; null, also in journals of before there was one: frames come as they are
     */
    public record Delivery(
            String ack,
            String checksum,
            boolean mayDrop,
            int connections,
            int openParts,
            @Nullable Double rateHz,
            @Nullable String encoding) {}

    /** See {@link GroupNames}. */
    public record Groups(String entry, String instrument, String detector) {}

    /** See {@link Field}; {@code value} is a string, a number, a boolean or a list of numbers. */
    public record FieldRecord(Object value, @Nullable String units) {}

    /**
     * What part files are called.
     *
     * @param folder absolute
     * @param indexFormat printf format of one integer
     * @param nextNumber the integer of part 0
     */
    public record Names(String folder, String prefix, String indexFormat, long nextNumber) {
        /** Returns the file of a part. */
        public Path file(long part) {
            return Path.of(folder).resolve(fileName(part));
        }

        /** Returns the file name of a part. */
        public String fileName(long part) {
            return prefix + String.format(Locale.ROOT, indexFormat, nextNumber + part) + ".h5";
        }
    }

    public ElementType type() {
        return ElementType.of(dtype);
    }

    /** Returns how frames are cut into chunks and files. */
    public FrameGeometry geometry() {
        long frameBytes = type().bytes();
        for (int extent : shape) {
            frameBytes = Math.multiplyExact(frameBytes, extent);
        }
        return new FrameGeometry(frameBytes, type().bytes(), cut.chunkFrames(), cut.framesPerFile(), cut.every());
    }

    /** Returns how chunks arrive, and how they are stored. */
    public ChunkForm form() {
        return new ChunkForm(PayloadEncoding.of(delivery.encoding()), perFrame().record(), ChunkCodec.of(codec));
    }

    /** Returns what comes with each frame. */
    public PerFrame perFrame() {
        return values == null
                ? PerFrame.NONE
                : new PerFrame(FrameRecord.of(values.declared()), values.clock(), values.tickHz());
    }

    /** Returns how many frames will be stored, or {@link Long#MAX_VALUE}. */
    public long storedFrames() {
        return frames == null ? Long.MAX_VALUE : (frames + cut.every() - 1) / cut.every();
    }

    /** Returns the detector as its files show it. */
    public DetectorDescription description() {
        FrameStorage storage = new FrameStorage(
                cut.chunkFrames(),
                cut.framesPerFile(),
                ChunkCodec.of(codec).filterPipeline(type().bytes(), geometry().chunkBytes()));
        Map<String, Field> written = new LinkedHashMap<>();
        fields.forEach((name, field) -> written.put(name, new Field(plain(field.value()), field.units())));
        return new DetectorDescription(
                detector,
                type(),
                shape,
                storage,
                new GroupNames(groups.entry(), groups.instrument(), groups.detector()),
                written,
                perFrame(),
                cut.every());
    }

    /** Returns the same stream with its files in another folder. */
    public StreamRecord in(Path folder) {
        Names moved = new Names(folder.toString(), names.prefix(), names.indexFormat(), names.nextNumber());
        return new StreamRecord(
                stream, detector, dtype, shape, frames, cut, codec, delivery, groups, fields, values, moved);
    }

    /** Returns the same stream after its scan was moved as a whole from one folder to another. */
    public StreamRecord moved(Path from, Path to) {
        return in(to.resolve(from.relativize(Path.of(names.folder()))).normalize());
    }

    /** JSON has one kind of list; the file has arrays of numbers. */
    private static Object plain(Object value) {
        return value instanceof List<?> list
                ? list.stream()
                        .mapToDouble(number -> ((Number) number).doubleValue())
                        .toArray()
                : value;
    }
}
