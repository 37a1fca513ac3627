package org.penstock.daemon.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.disk.Disk;
import org.penstock.daemon.journal.ChunkEntry;
import org.penstock.daemon.journal.EndEntry;
import org.penstock.daemon.journal.EventEntry;
import org.penstock.daemon.journal.FrameChecksums;
import org.penstock.daemon.journal.FramesEntry;
import org.penstock.daemon.journal.Journal;
import org.penstock.daemon.journal.JournalEntry;
import org.penstock.daemon.journal.JournalHeader;
import org.penstock.daemon.journal.JournalReader;
import org.penstock.daemon.journal.JournalTail;
import org.penstock.daemon.journal.ValuesEntry;
import org.penstock.protocol.JsonBody;

/**
 * What the journals of one part say: which chunks are where, and which frames are kept as bytes.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class PartReplay {
    /** Of a part without a journal. */
    public static final PartReplay NOTHING = new PartReplay();

    private final List<Source> sources = new ArrayList<>();
    private final TreeMap<Long, List<Chunk>> chunks = new TreeMap<>();
    private final TreeMap<Long, List<Frames>> kept = new TreeMap<>();
    private final List<Values> values = new ArrayList<>();
    private final List<String> torn = new ArrayList<>();

    /**
     * One source.
     *
     * @param data its data file, as it is now: put aside, or under its name
     * @param isClosed whether the data file was closed in good order, complete or not
     */
    public record Source(Path journal, PartRecord record, Path data, boolean isClosed) {}

    /** One chunk in one source. */
    public record Chunk(Source source, ChunkEntry entry) {}

    /** What came with frames, in one source's journal. */
    public record Values(Source source, ValuesEntry entry) {}

    /**
     * Frames kept as bytes in one source's journal.
     *
     * @param values what came with them, or null
     */
    public record Frames(
            Source source, FramesEntry entry, @Nullable ValuesEntry values) {}

    /**
     * Replays journals.
     *
     * @param journals oldest first
     * @throws IOException when one cannot be read, or is none
     */
    public static PartReplay of(List<Path> journals) throws IOException {
        PartReplay replay = new PartReplay();
        for (Path journal : journals) {
            replay.add(journal);
        }
        return replay;
    }

    /** The same without the journals that cannot be used: each is told, and what it alone knows is lost. */
    public static PartReplay ofUsable(List<Path> journals, BiConsumer<Path, IOException> unusable) {
        PartReplay replay = new PartReplay();
        for (Path journal : journals) {
            try {
                replay.add(journal);
            } catch (IOException e) {
                unusable.accept(journal, e);
            }
        }
        return replay;
    }

    private void add(Path file) throws IOException {
        Journal journal = JournalReader.read(file);
        PartRecord record = record(journal.header());
        JournalEntry last =
                journal.entries().isEmpty() ? null : journal.entries().getLast();
        Source source = new Source(file, record, present(Journals.dataFile(file, record)), isClosed(last));
        sources.add(source);
        if (journal.tail().state() == JournalTail.State.TORN) {
            torn.add(journal.tail().problem());
        }
        ValuesEntry before = null;
        for (JournalEntry entry : journal.entries()) {
            switch (entry) {
                case ChunkEntry chunk ->
                    chunks.computeIfAbsent(chunk.firstFrame(), _ -> new ArrayList<>())
                            .addFirst(new Chunk(source, chunk));
                case FramesEntry frames ->
                    kept.computeIfAbsent(frames.firstFrame(), _ -> new ArrayList<>())
                            .add(new Frames(source, frames, before));
                case ValuesEntry came -> values.add(new Values(source, came));
                case EventEntry _, EndEntry _ -> {}
            }
            before = entry instanceof ValuesEntry came ? came : null;
        }
    }

    /** Reads the header of a part's journal. */
    public static PartRecord record(JournalHeader header) {
        return JsonBody.readLenient(header.description().getBytes(StandardCharsets.UTF_8), PartRecord.class);
    }

    private static boolean isClosed(@Nullable JournalEntry last) {
        return last instanceof EndEntry
                || (last instanceof EventEntry event && event.json().equals(FileJournal.SUSPENDED));
    }

    /** A crashed file may have been put aside before its successor got its name. */
    private static Path present(Path data) {
        Path crashed = Journals.crashed(data);
        return Files.exists(crashed) ? crashed : data;
    }

    /** Returns the journals, oldest first. */
    public List<Path> journals() {
        return sources.stream().map(Source::journal).toList();
    }

    /** Returns the sources, oldest first. */
    public List<Source> sources() {
        return sources;
    }

    /** Returns the chunks by first frame, the newest of each first. */
    public Map<Long, List<Chunk>> chunks() {
        return chunks;
    }

    /** Returns the frames kept as bytes, by the first frame of their chunk. */
    public Map<Long, List<Frames>> kept() {
        return kept;
    }

    /** Returns what came with frames, oldest first. */
    public List<Values> values() {
        return values;
    }

    /** Returns where journals end in something that is no good entry, and how: nothing from there on is known. */
    public List<String> torn() {
        return torn;
    }

    /** Waits until all that the journals name is on the disk. */
    public void sync(Path root) throws IOException {
        List<Path> files = new ArrayList<>(journals());
        sources.stream().map(Source::data).filter(Files::exists).forEach(files::addFirst);
        Disk.syncAll(files, root);
    }

    /** Takes each frame that the journals say is safe. */
    @FunctionalInterface
    public interface FrameVisitor {
        /** Called once or more for each frame. */
        void frame(long storedFrame, int checksum);
    }

    /** Shows every frame. */
    public void frames(FrameVisitor visitor) {
        chunks.forEach((first, candidates) -> {
            for (Chunk chunk : candidates) {
                visit(first, chunk.entry().frames(), visitor);
            }
        });
        kept.forEach((first, list) ->
                list.forEach(frames -> visit(first, frames.entry().frames(), visitor)));
    }

    private static void visit(long first, FrameChecksums frames, FrameVisitor visitor) {
        for (int i = 0; i < frames.frames(); i++) {
            visitor.frame(first + frames.position(i), frames.checksum(i));
        }
    }
}
