package org.penstock.daemon.ring;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.journal.FrameChecksums;
import org.penstock.daemon.journal.FramesEntry;
import org.penstock.daemon.journal.ValuesEntry;

/**
 * Frames that were acknowledged before their chunk was full, and whose chunk is no longer in memory: the daemon was started anew. Their bytes are in
 * a journal; when a frame of the same chunk comes, they are read back into it.
 *
 * <p><b>Threading:</b> any thread; entries are added by hdf5-writer, read by the stream's home loop.
 */
public final class KeptFrames {
    private final Map<Long, List<Kept>> byChunk = new ConcurrentHashMap<>();
    private final Set<Long> chunked = ConcurrentHashMap.newKeySet();

    /**
     * Some frames of one chunk.
     *
     * @param journal file that holds their bytes
     * @param values what came with them, in the same order, or null
     */
    public record Kept(
            Path journal, FramesEntry entry, @Nullable ValuesEntry values) {}

    /** Adds frames. */
    public void add(Kept kept) {
        byChunk.merge(kept.entry().firstFrame(), List.of(kept), KeptFrames::joined);
    }

    private static List<Kept> joined(List<Kept> some, List<Kept> more) {
        return Stream.concat(some.stream(), more.stream()).distinct().toList();
    }

    /** Notes that a chunk of an earlier life of the daemon is stored: what is missing in it will stay so. */
    public void chunked(long firstFrame) {
        chunked.add(firstFrame);
    }

    /** Returns whether a chunk was stored by an earlier life of the daemon. */
    public boolean isChunked(long firstFrame) {
        return !chunked.isEmpty() && chunked.contains(firstFrame);
    }

    /** Forgets that a chunk was stored: it is lost, and its frames are sent again. */
    public void reopen(long firstFrame) {
        chunked.remove(firstFrame);
    }

    /** Forgets the frames of a chunk that is stored. */
    public void forget(long firstFrame) {
        if (!byChunk.isEmpty()) {
            byChunk.remove(firstFrame);
        }
    }

    /**
     * Reads the frames of a chunk into its buffer and notes them as arrived. A journal that is gone was of a part that is closed: the chunk comes too late.
     *
     * @return how many there were
     */
    public int load(ChunkBuffer chunk, long frameBytes, long nowNs) throws IOException {
        if (byChunk.isEmpty()) {
            return 0;
        }
        int frames = 0;
        for (Kept kept : byChunk.getOrDefault(chunk.firstFrame(), List.of())) {
            try (FileChannel channel = FileChannel.open(kept.journal(), StandardOpenOption.READ)) {
                FrameChecksums present = kept.entry().frames();
                for (int i = 0; i < present.frames(); i++) {
                    int position = present.position(i);
                    MemorySegment place = chunk.raw().asSlice(position * frameBytes, frameBytes);
                    read(channel, place.asByteBuffer(), kept.entry().frameAt(i));
                    ValuesEntry values = kept.values();
                    if (values != null) {
                        read(channel, chunk.valuesAt(position), values.recordAt(i));
                    } else {
                        chunk.comesAlone(position);
                    }
                    frames += chunk.present().get(position) ? 0 : 1;
                    chunk.arrived(position, present.checksum(i), nowNs);
                }
            } catch (NoSuchFileException _) {
                // the closed part will say so
            }
        }
        return frames;
    }

    private static void read(FileChannel channel, ByteBuffer target, long from) throws IOException {
        long at = from;
        while (target.hasRemaining()) {
            int bytes = channel.read(target, at);
            if (bytes < 0) {
                throw new IOException("journal shorter than it was: offset=" + at + ", missing=" + target.remaining());
            }
            at += bytes;
        }
    }
}
