package org.penstock.daemon.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.ChunkedDataset;
import org.penstock.daemon.hdf5.ChunkedLayout;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.daemon.hdf5.StoredChunk;
import org.penstock.daemon.nexus.Integrity;
import org.penstock.daemon.nexus.StoredIntegrity;
import org.penstock.daemon.verify.ChunkCheck.Expected;
import org.penstock.daemon.verify.ChunkCheck.Verdict;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.FrameRange;

/**
 * Proves the frames of one dataset, a window of chunks after the other; the chunks of a window in parallel.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5; the threads of a window touch only their chunks.
 */
final class FrameCheck {
    private static final long WINDOW_BYTES = 16L << 20;
    private static final int WINDOW_CHUNKS = 1024;

    /** What all threads together may hold of decoded and stored chunks. */
    private static final long MEMORY_BYTES = 384L << 20;

    private final DetectorGroup detector;
    private final ChunkedDataset data;
    private final ChunkedLayout layout;
    private final Findings findings;
    private final FrameSet present = new FrameSet();
    private final FrameSet badChunkFrames = new FrameSet();
    private final FrameSet badFrames = new FrameSet();
    private final FrameSet missing = new FrameSet();
    private long firstFrame;
    private long badChunks;
    private @Nullable String firstDamage;

    FrameCheck(DetectorGroup detector, ChunkedDataset data, Findings findings) {
        this.detector = detector;
        this.data = data;
        this.layout = data.layout();
        this.findings = findings;
    }

    /**
     * Looks at every chunk of the dataset.
     *
     * @param mayHaveGaps whether frames that are neither here nor listed as missing are still to come
     * @throws StorageException when the dataset or what describes it cannot be read
     */
    void run(Path file, boolean mayHaveGaps) {
        if (data.frames() > FrameSet.MAX_FRAMES) {
            throw new StorageException(
                    Reason.CORRUPT,
                    "dataset of impossible length: file=" + file + ", path=" + data.path() + ", frames="
                            + data.frames());
        }
        firstFrame = detector.firstFrame();
        for (FrameRange range : detector.missing(firstFrame, data.frames()).ranges()) {
            missing.addAll(new FrameRange(range.first() - firstFrame, range.count()));
        }
        List<StoredChunk> chunks = chunksInPlace();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                StoredIntegrity integrity = integrity(chunks)) {
            check(chunks, integrity, channel);
        } catch (IOException e) {
            throw StorageException.of("file not read: file=" + file, e);
        }
        reportDamage();
        findings.missing(data.path(), shifted(missing));
        if (!mayHaveGaps) {
            reportGaps();
        }
    }

    private List<StoredChunk> chunksInPlace() {
        List<StoredChunk> chunks = new ArrayList<>(data.storedChunks());
        chunks.sort(Comparator.comparingLong(StoredChunk::firstFrame));
        long next = 0;
        for (StoredChunk chunk : List.copyOf(chunks)) {
            boolean isInPlace = chunk.firstFrame() >= next
                    && chunk.firstFrame() < data.frames()
                    && chunk.firstFrame() % layout.chunkFrames() == 0
                    && data.finds(chunk.firstFrame());
            if (isInPlace) {
                next = chunk.firstFrame() + layout.chunkFrames();
            } else {
                chunks.remove(chunk);
                findings.problem(
                        Trouble.BAD_CHUNKS, data.path(), "chunk out of place in the index, not read", "chunk=" + chunk);
            }
        }
        return chunks;
    }

    private @Nullable StoredIntegrity integrity(List<StoredChunk> chunks) {
        long numbers = Math.ceilDiv(data.frames(), (long) layout.chunkFrames());
        try {
            StoredIntegrity integrity =
                    StoredIntegrity.openAt(detector.group(), detector.integrityPath(), numbers, data.frames());
            if (integrity == null && !chunks.isEmpty()) {
                findings.note("no checksums are kept, decoded only: file=" + findings.file() + ", path=" + data.path());
            }
            return integrity;
        } catch (StorageException e) {
            findings.problem(
                    Trouble.BAD_INTEGRITY, data.path(), "checksums cannot be used", "problem=" + e.getMessage());
            return null;
        }
    }

    private void check(List<StoredChunk> chunks, @Nullable StoredIntegrity integrity, FileChannel channel) {
        ChunkDecoder decoder = ChunkDecoder.of(layout);
        if (decoder == null && !chunks.isEmpty()) {
            findings.note("filter not known here, frames not decoded: file=" + findings.file() + ", path=" + data.path()
                    + ", filters=" + layout.filters());
        }
        ChunkCheck check = new ChunkCheck(channel, layout, decoder);
        int processors = Runtime.getRuntime().availableProcessors();
        int threads = Math.clamp(MEMORY_BYTES / (3 * layout.chunkBytes()), 1, processors);
        long window = Math.max(threads, Math.clamp(WINDOW_BYTES / layout.chunkBytes(), 1, WINDOW_CHUNKS));
        try (ExecutorService pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("verify-", 0).factory())) {
            for (int from = 0; from < chunks.size(); ) {
                long end = (number(chunks.get(from)) / window + 1) * window;
                int to = from;
                while (to < chunks.size() && number(chunks.get(to)) < end) {
                    to++;
                }
                checkWindow(chunks.subList(from, to), integrity, check, pool);
                findings.progress();
                from = to;
            }
        }
    }

    private void checkWindow(
            List<StoredChunk> chunks, @Nullable StoredIntegrity integrity, ChunkCheck check, ExecutorService pool) {
        long first = chunks.getFirst().firstFrame();
        long last = chunks.getLast().firstFrame();
        int frames = (int) (Math.min(last + layout.chunkFrames(), data.frames()) - first);
        int[] crcs = integrity == null
                ? new int[0]
                : integrity.chunkCrcs(number(chunks.getFirst()), (int) ((last - first) / layout.chunkFrames()) + 1);
        int[] sums = integrity == null ? new int[0] : integrity.frameChecksums(first, frames);
        Checksum.Kind kind = integrity == null ? Checksum.Kind.NONE : integrity.kind();
        Integrity.Scope scope = integrity == null ? Integrity.Scope.FRAME : integrity.scope();
        List<Future<Verdict>> verdicts = new ArrayList<>();
        for (StoredChunk chunk : chunks) {
            int at = (int) (chunk.firstFrame() - first);
            Integer crc = integrity == null ? null : crcs[at / layout.chunkFrames()];
            Expected expected = new Expected(framesOf(chunk), missing, crc, scope, kind, sums, at);
            verdicts.add(pool.submit(() -> check.check(chunk, expected)));
        }
        verdicts.forEach(verdict -> take(await(verdict)));
    }

    private static Verdict await(Future<Verdict> verdict) {
        try {
            return verdict.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("chunk not checked: problem=" + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", e));
        }
    }

    private void take(Verdict verdict) {
        StoredChunk chunk = verdict.chunk();
        int came = 0;
        for (int i = 0; i < framesOf(chunk); i++) {
            present.add(chunk.firstFrame() + i);
            came += missing.contains(chunk.firstFrame() + i) ? 0 : 1;
        }
        findings.chunk(chunk.bytes(), came);
        if (verdict.damage() != null) {
            badChunks++;
            firstDamage = firstDamage == null ? verdict.damage() : firstDamage;
            findings.badChunk(data.path(), firstFrame + chunk.firstFrame(), framesOf(chunk));
            for (int i = 0; i < framesOf(chunk); i++) {
                badChunkFrames.add(chunk.firstFrame() + i);
            }
        }
        verdict.badFrames().stream().forEach(i -> {
            badFrames.add(chunk.firstFrame() + i);
            findings.badFrame(data.path(), firstFrame + chunk.firstFrame() + i);
        });
    }

    private void reportDamage() {
        if (badChunks > 0) {
            findings.frames(
                    Trouble.BAD_CHUNKS,
                    data.path(),
                    shifted(badChunkFrames),
                    "chunks are not as they were written",
                    "chunks=" + badChunks + ", first: " + firstDamage);
        }
        if (badFrames.count() > 0) {
            findings.frames(Trouble.BAD_FRAMES, data.path(), shifted(badFrames), "frames are not what was sent", null);
        }
    }

    private void reportGaps() {
        FrameSet known = new FrameSet();
        present.ranges(Integer.MAX_VALUE).forEach(known::addAll);
        missing.ranges(Integer.MAX_VALUE).forEach(known::addAll);
        FrameSet unknown = new FrameSet();
        known.absent(0, data.frames(), Integer.MAX_VALUE).forEach(unknown::addAll);
        FrameSet gaps = shifted(unknown);
        if (gaps.count() > 0) {
            findings.frames(Trouble.GAP, data.path(), gaps, "frames are not there and not listed as missing", null);
        }
    }

    /** Returns frames of the file as scan-wide indices. */
    private FrameSet shifted(FrameSet local) {
        FrameSet shifted = new FrameSet();
        for (FrameRange range : local.ranges(Integer.MAX_VALUE)) {
            shifted.addAll(new FrameRange(firstFrame + range.first(), range.count()));
        }
        return shifted;
    }

    private long number(StoredChunk chunk) {
        return chunk.firstFrame() / layout.chunkFrames();
    }

    private int framesOf(StoredChunk chunk) {
        return (int) Math.min(layout.chunkFrames(), data.frames() - chunk.firstFrame());
    }
}
