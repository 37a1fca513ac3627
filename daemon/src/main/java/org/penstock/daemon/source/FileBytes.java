package org.penstock.daemon.source;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a file as one segment: mapped, or decompressed into memory if it is gzip. Freed when nobody holds the segment any more, so a
 * frame of it may outlive its source.
 *
 * <p><b>Threading:</b> any thread.
 */
final class FileBytes {
    private static final int GZIP_MAGIC = 0x8b1f;
    private static final int READ_BYTES = 1 << 20;

    private FileBytes() {}

    /** Opens a file. */
    static MemorySegment of(Path file) throws IOException {
        MemorySegment mapped;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
        return isGzip(mapped) ? decompressed(file) : mapped;
    }

    private static boolean isGzip(MemorySegment bytes) {
        return bytes.byteSize() > 2 && (bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0) & 0xffff) == GZIP_MAGIC;
    }

    private static MemorySegment decompressed(Path file) throws IOException {
        byte[] piece = new byte[READ_BYTES];
        MemorySegment bytes = Arena.ofAuto().allocate(4L * Files.size(file) + READ_BYTES);
        long filled = 0;
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file), 1 << 16)) {
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                if (filled + count > bytes.byteSize()) {
                    MemorySegment longer = Arena.ofAuto().allocate(2 * bytes.byteSize());
                    MemorySegment.copy(bytes, 0, longer, 0, filled);
                    bytes = longer;
                }
                MemorySegment.copy(piece, 0, bytes, ValueLayout.JAVA_BYTE, filled, count);
                filled += count;
            }
        } catch (ZipException | java.io.EOFException e) {
            throw new IOException("gzip file is damaged: file=" + file + ", problem=" + e.getMessage(), e);
        }
        return bytes.asSlice(0, filled);
    }
}
