package org.penstock.daemon.source;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ESRF data format: blocks of a text header in braces and binary data, one block a frame.
 *
 * <p><b>Threading:</b> immutable.
 */
final class EdfFile {
    private static final int LONGEST_HEADER_BYTES = 1 << 20;
    private static final Map<String, String> TYPES = types();

    /** One block: its header's keys in lower case, and where its data lie. */
    private record Block(Map<String, String> header, long dataAt, long dataBytes) {
        @Nullable String get(String key) {
            return header.get(key);
        }
    }

    private EdfFile() {}

    static boolean is(MemorySegment bytes) {
        long at = start(bytes, 0);
        if (at >= bytes.byteSize() || bytes.get(ValueLayout.JAVA_BYTE, at) != '{') {
            return false;
        }
        long end = Math.min(bytes.byteSize(), at + 512);
        String begin = text(bytes, at, end - at).toLowerCase(Locale.ROOT);
        return begin.contains("=") && begin.contains(";");
    }

    /** Finds the frames of a file of one or several. */
    static FrameSource open(String name, MemorySegment bytes) throws IOException {
        List<Long> places = new ArrayList<>();
        Layout first = null;
        long at = start(bytes, 0);
        while (at < bytes.byteSize()) {
            Block block = block(name, bytes, at);
            Layout layout = layout(name, block, places.size());
            check(name, block, places.size(), at, bytes.byteSize());
            if (layout != null) {
                if (first != null && !first.equals(layout)) {
                    throw new IOException("frames of one EDF file differ: file=" + name + ", frame=" + places.size()
                            + ", expected=" + first + ", actual=" + layout);
                }
                first = layout;
                places.add(block.dataAt());
            }
            at = start(bytes, block.dataAt() + block.dataBytes());
        }
        if (first == null) {
            throw new IOException("EDF file has no frame: file=" + name);
        }
        Layout.Frames split = new Layout.Frames(places.size(), first.shape());
        long[] offsets = places.stream().mapToLong(Long::longValue).toArray();
        return new PlacedFrames(name, first.type(), first.isBigEndian(), split, bytes, index -> offsets[(int) index]);
    }

    /** A block must have a header, and its data must be in the file: one that was cut while it was copied is not sent in part. */
    private static void check(String name, Block block, int frame, long at, long fileBytes) throws IOException {
        if (block.dataAt() <= at || block.dataAt() > fileBytes) {
            throw new IOException("EDF header does not end in the file: file=" + name + ", frame=" + frame + ", offset="
                    + at + ", EDF_HeaderSize=" + (block.dataAt() - at) + ", fileBytes=" + fileBytes);
        }
        long there = fileBytes - block.dataAt();
        if (block.dataBytes() > there) {
            throw new IOException("EDF file is cut: file=" + name + ", frame=" + frame + ", expectedBytes="
                    + block.dataBytes() + ", actualBytes=" + there);
        }
    }

    /** Passes over line ends and padding before a block. */
    private static long start(MemorySegment bytes, long from) {
        long at = from;
        while (at < bytes.byteSize() && " \r\n\0".indexOf(bytes.get(ValueLayout.JAVA_BYTE, at)) >= 0) {
            at++;
        }
        return at;
    }

    private static Block block(String name, MemorySegment bytes, long at) throws IOException {
        long longest = Math.min(LONGEST_HEADER_BYTES, bytes.byteSize() - at);
        String text = text(bytes, at, longest);
        int end = headerEnd(text);
        if (!text.startsWith("{") || end < 0) {
            throw new IOException(
                    "EDF header expected: file=" + name + ", offset=" + at + ", expected={ key = value ; }, actual="
                            + text.substring(0, Math.min(20, text.length())).strip());
        }
        Map<String, String> header = new HashMap<>();
        for (String line : text.substring(1, end).split(";", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                header.put(
                        line.substring(0, equals).strip().toLowerCase(Locale.ROOT),
                        line.substring(equals + 1).strip());
            }
        }
        long dataAt = at + text.indexOf('\n', end) + 1;
        String headerSize = header.get("edf_headersize");
        if (headerSize != null) {
            dataAt = at + Math.min(number(name, "EDF_HeaderSize", headerSize), Long.MAX_VALUE - at);
        }
        return new Block(header, dataAt, dataBytes(name, header));
    }

    /** The brace that is followed by a line end: values may hold others. */
    private static int headerEnd(String text) {
        int end = text.indexOf('}');
        while (end >= 0 && !text.startsWith("\n", end + 1) && !text.startsWith("\r\n", end + 1)) {
            end = text.indexOf('}', end + 1);
        }
        return end;
    }

    private static long dataBytes(String name, Map<String, String> header) throws IOException {
        String binarySize = header.get("edf_binarysize");
        if (binarySize != null) {
            return number(name, "EDF_BinarySize", binarySize);
        }
        String size = header.get("size");
        if (size != null) {
            return number(name, "Size", size);
        }
        return header.containsKey("dim_1") ? array(name, header).bytes() : 0;
    }

    /** Returns the frame of a block, or null when the block holds none (a general block, an error array). */
    private static @Nullable Layout layout(String name, Block block, int frame) throws IOException {
        String id = block.get("edf_datablockid");
        if (block.get("dim_1") == null
                || (id != null && id.toLowerCase(Locale.ROOT).endsWith(".error"))) {
            return null;
        }
        String compression = block.get("compression");
        if (compression != null && !compression.toLowerCase(Locale.ROOT).startsWith("no")) {
            throw new IOException("compressed EDF is not read: file=" + name + ", frame=" + frame
                    + ", expected=Compression = None, actual=" + compression + "; convert it with fabio-convert");
        }
        Layout layout = array(name, block.header());
        if (layout.bytes() > block.dataBytes()) {
            throw new IOException("EDF block is too short for its frame: file=" + name + ", frame=" + frame
                    + ", expectedBytes=" + layout.bytes() + ", actualBytes=" + block.dataBytes());
        }
        return layout;
    }

    private static Layout array(String name, Map<String, String> header) throws IOException {
        List<Long> shape = new ArrayList<>();
        for (int dimension = 1; header.containsKey("dim_" + dimension); dimension++) {
            String key = "dim_" + dimension;
            shape.addFirst(number(name, key, header.getOrDefault(key, "")));
        }
        String type = header.getOrDefault("datatype", "");
        String dtype = TYPES.get(type.toLowerCase(Locale.ROOT));
        if (dtype == null) {
            throw new IOException("EDF DataType not known: file=" + name + ", expected=UnsignedShort, SignedInteger, "
                    + "FloatValue, …, actual=" + type);
        }
        boolean isBig =
                header.getOrDefault("byteorder", "").toLowerCase(Locale.ROOT).startsWith("high");
        return Layout.of(name, (isBig ? ">" : "<") + dtype, shape);
    }

    private static long number(String name, String key, String value) throws IOException {
        try {
            long number = Long.parseLong(value.strip());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new IOException(
                "EDF value is no number: file=" + name + ", key=" + key + ", expected=0 or more, actual=" + value);
    }

    private static String text(MemorySegment bytes, long from, long count) {
        return new String(bytes.asSlice(from, count).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }

    /** The names that programs of the ESRF have written over the years. "Long" is 32 bits wide in EDF. */
    private static Map<String, String> types() {
        Map<String, String> types = new HashMap<>();
        Map.of(
                        "u1", "UnsignedByte Unsigned8 Unsigned8Bit",
                        "i1", "SignedByte Signed8 Signed8Bit",
                        "u2", "UnsignedShort Unsigned16 UnsignedShortInteger",
                        "i2", "SignedShort Signed16 SignedShortInteger",
                        "u4", "UnsignedInteger Unsigned32 UnsignedLong",
                        "i4", "SignedInteger Signed32 SignedLong",
                        "u8", "Unsigned64",
                        "i8", "Signed64",
                        "f4", "FloatValue Float FloatIEEE32 Float32 Real",
                        "f8", "DoubleValue Double DoubleIEEE64 Float64")
                .forEach((dtype, names) -> {
                    for (String name : names.split(" ", -1)) {
                        types.put(name.toLowerCase(Locale.ROOT), dtype);
                    }
                });
        return Map.copyOf(types);
    }
}
