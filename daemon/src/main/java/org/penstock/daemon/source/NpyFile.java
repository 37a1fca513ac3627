package org.penstock.daemon.source;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * NumPy's {@code .npy}, versions 1 to 3 (NEP 1): magic, version, length of the header, a Python dictionary, the array.
 *
 * <p><b>Threading:</b> immutable.
 */
final class NpyFile {
    private static final String MAGIC = "\u0093NUMPY";
    private static final int VERSION_AT = 6;
    private static final int LENGTH_AT = 8;
    private static final ValueLayout.OfShort U2 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U4 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\sL]*)\\)");

    private NpyFile() {}

    static boolean is(MemorySegment bytes) {
        return bytes.byteSize() > LENGTH_AT + 4 && text(bytes, 0, VERSION_AT).equals(MAGIC);
    }

    /** Finds the frames of an array. */
    static FrameSource open(String name, MemorySegment bytes, @Nullable Integer frameDimensions) throws IOException {
        int version = bytes.get(ValueLayout.JAVA_BYTE, VERSION_AT);
        if (version < 1 || version > 3) {
            throw new IOException(
                    "version of the npy format not known: file=" + name + ", expected=1 to 3, actual=" + version);
        }
        long headerAt = version == 1 ? LENGTH_AT + 2 : LENGTH_AT + 4;
        long headerBytes = version == 1 ? bytes.get(U2, LENGTH_AT) & 0xffff : bytes.get(U4, LENGTH_AT) & 0xffff_ffffL;
        if (headerAt + headerBytes > bytes.byteSize()) {
            throw new IOException("npy file ends within its header: file=" + name + ", expectedBytes="
                    + (headerAt + headerBytes) + ", actualBytes=" + bytes.byteSize());
        }
        Layout layout = layout(name, text(bytes, headerAt, headerBytes));
        long dataAt = headerAt + headerBytes;
        if (dataAt + layout.bytes() > bytes.byteSize()) {
            throw new IOException("npy file is too short for its shape: file=" + name + ", shape=" + layout.shape()
                    + ", expectedBytes=" + (dataAt + layout.bytes()) + ", actualBytes=" + bytes.byteSize());
        }
        return PlacedFrames.inARow(name, layout, layout.frames(name, frameDimensions), bytes, dataAt);
    }

    private static Layout layout(String name, String header) throws IOException {
        Matcher shape = SHAPE.matcher(header);
        Matcher fortran = FORTRAN.matcher(header);
        if (!shape.find() || !fortran.find()) {
            throw new IOException("npy header has no shape or order: file=" + name + ", header=" + header.strip());
        }
        Matcher descr = DESCR.matcher(header);
        if (!descr.find()) {
            throw new IOException("structured arrays are not frames: file=" + name + ", header=" + header.strip()
                    + "; save one field of it, for example numpy.save(\"field.npy\", a[\"field\"])");
        }
        List<Long> extents = new ArrayList<>();
        for (String extent : shape.group(1).split("[,\\sL]+", -1)) {
            if (!extent.isEmpty()) {
                extents.add(Long.parseLong(extent));
            }
        }
        if (fortran.group(1).equals("True")
                && extents.stream().filter(n -> n > 1).count() > 1) {
            throw new IOException("array is in Fortran order, frames are sent in C order: file=" + name
                    + "; save it again with numpy.save(name, numpy.ascontiguousarray(a))");
        }
        return Layout.of(name, descr.group(1), extents);
    }

    private static String text(MemorySegment bytes, long from, long count) {
        return new String(bytes.asSlice(from, count).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }
}
