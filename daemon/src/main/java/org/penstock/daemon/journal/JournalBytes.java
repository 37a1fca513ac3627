package org.penstock.daemon.journal;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The bytes of a file, read through a window of fixed size. Not mapped: a disk that fails in the middle of recovery is to be an exception, not
 * a signal; and nothing here takes memory because a damaged file says so.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class JournalBytes implements Closeable {
    private static final int WINDOW_BYTES = 1 << 18;

    private final Path file;
    private final FileChannel channel;
    private final long bytes;
    private final Arena arena = Arena.ofConfined();
    private final ByteBuffer window;
    private final CRC32C crc = new CRC32C();
    private long windowAt;

    private JournalBytes(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.bytes = channel.size();
        this.window = arena.allocate(Math.clamp(bytes, Long.BYTES, WINDOW_BYTES), Long.BYTES)
                .asByteBuffer()
                .order(JournalLayout.ORDER)
                .limit(0);
    }

    static JournalBytes open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new JournalBytes(file, channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    Path file() {
        return file;
    }

    /** Returns the length of the file when it was opened: what comes later is not seen. */
    long length() {
        return bytes;
    }

    int u16(long at) throws IOException {
        return Short.toUnsignedInt(window.getShort(inWindow(at, Short.BYTES)));
    }

    int i32(long at) throws IOException {
        return window.getInt(inWindow(at, Integer.BYTES));
    }

    long u32(long at) throws IOException {
        return Integer.toUnsignedLong(i32(at));
    }

    long i64(long at) throws IOException {
        return window.getLong(inWindow(at, Long.BYTES));
    }

    /** Returns CRC-32C of a range. */
    int crc(long from, long to) throws IOException {
        crc.reset();
        for (long at = from; at < to; ) {
            ByteBuffer piece = piece(at, to);
            at += piece.remaining();
            crc.update(piece);
        }
        return (int) crc.getValue();
    }

    boolean isZero(long from, long to) throws IOException {
        for (long at = from; at < to; ) {
            ByteBuffer piece = piece(at, to);
            at += piece.remaining();
            while (piece.remaining() >= Long.BYTES) {
                if (piece.getLong() != 0) {
                    return false;
                }
            }
            while (piece.hasRemaining()) {
                if (piece.get() != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Returns a range as text; its length was checked. */
    String text(long from, int length) throws IOException {
        byte[] text = new byte[length];
        for (int at = 0; at < length; ) {
            ByteBuffer piece = piece(from + at, from + length);
            int bytesOfPiece = piece.remaining();
            piece.get(text, at, bytesOfPiece);
            at += bytesOfPiece;
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    /** Returns the beginning of a range, as much of it as is in the window. */
    private ByteBuffer piece(long from, long to) throws IOException {
        int begin = inWindow(from, 1);
        int length = (int) Math.min(window.limit() - begin, to - from);
        return window.slice(begin, length).order(JournalLayout.ORDER);
    }

    private int inWindow(long at, int length) throws IOException {
        if (at < windowAt || at + length > windowAt + window.limit()) {
            fill(at, length);
        }
        return (int) (at - windowAt);
    }

    private void fill(long at, int length) throws IOException {
        windowAt = at;
        window.clear().limit(Math.clamp(bytes - at, 0, window.capacity()));
        while (window.hasRemaining() && channel.read(window, at + window.position()) > 0) {
            // a read may bring less than there is
        }
        window.flip();
        if (window.limit() < length) {
            throw new IOException("journal became shorter while it was read: file=" + file + ", offset=" + at
                    + ", expectedBytes>=" + length + ", actualBytes=" + window.limit());
        }
    }

    @Override
    public void close() throws IOException {
        arena.close();
        channel.close();
    }
}
