package org.penstock.daemon.scan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.MetadataException;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.journal.EventEntry;
import org.penstock.daemon.journal.Journal;
import org.penstock.daemon.journal.JournalEntry;
import org.penstock.daemon.journal.JournalReader;
import org.penstock.daemon.nexus.WrittenDescription;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.daemon.storage.StreamRecord;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.JsonBody;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the journal of a scan says: how far it had come when the daemon went.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class ScanReplay {
    private static final Logger LOG = LoggerFactory.getLogger(ScanReplay.class);

    private final Path file;
    private final Journal journal;
    private final ScanRecord record;
    private final Map<String, Stream> streams = new LinkedHashMap<>();
    private ScanMetadata metadata = ScanMetadata.EMPTY;
    private ScanPlan plan = ScanPlan.NONE;
    private @Nullable ScanOrder order;
    private boolean isArmed;
    private boolean isStarted;
    private @Nullable List<String> embedded;

    /** One stream of it. */
    static final class Stream {
        final StreamRecord record;
        final TreeMap<Long, Part> parts = new TreeMap<>();

        /** Frames, as sent, that are in no file. */
        final List<Lost> lost = new ArrayList<>();

        @Nullable ScanEvent ending;

        @Nullable ScanEvent ended;

        Stream(StreamRecord record) {
            this.record = record;
        }

        boolean areAllClosed() {
            return parts.values().stream().allMatch(Part::isClosed);
        }
    }

    /** Frames, as sent, and what became of them. */
    record Lost(FrameRange sent, String loss) {}

    /** One part of a stream. */
    static final class Part {
        final List<Path> journals = new ArrayList<>();
        long closedFrames;

        /** How many sources were begun; the journals of some may be gone, or never have been whole. */
        int sources;

        /** Whether a sync of it failed. */
        boolean isSuspect;

        @Nullable List<FrameRange> missing;

        boolean isClosed() {
            return missing != null;
        }
    }

    private ScanReplay(Path file, Journal journal, ScanRecord record) {
        this.file = file;
        this.journal = journal;
        this.record = record;
    }

    /**
     * Replays a journal.
     *
     * @throws IOException when it cannot be read, or is none
     */
    public static ScanReplay of(Path file) throws IOException {
        Journal journal = JournalReader.read(file);
        ScanRecord written =
                JsonBody.readLenient(journal.header().description().getBytes(StandardCharsets.UTF_8), ScanRecord.class);
        Path folder = Journals.isBeside(file) ? file.toAbsolutePath().getParent() : Path.of(written.folder());
        ScanRecord record = folder == null ? written : written.in(folder);
        ScanReplay replay = new ScanReplay(file, journal, record);
        for (JournalEntry entry : journal.entries()) {
            if (entry instanceof EventEntry event) {
                replay.apply(
                        JsonBody.readLenient(event.json().getBytes(StandardCharsets.UTF_8), ScanEvent.class),
                        Path.of(written.folder()));
            }
        }
        return replay;
    }

    private void apply(ScanEvent event, Path writtenFolder) {
        if (event.event() == ScanEvent.Kind.STREAM && event.record() != null) {
            StreamRecord stream = here(event.record(), writtenFolder);
            streams.put(stream.stream(), new Stream(stream));
            return;
        }
        if (event.event() == ScanEvent.Kind.DESCRIBED && event.metadata() != null) {
            describe(event.metadata());
            return;
        }
        if (event.event() == ScanEvent.Kind.PLANNED && event.plan() != null) {
            plan = event.plan().created();
            return;
        }
        if (event.event() == ScanEvent.Kind.FINISHED) {
            embedded = List.of(String.valueOf(event.stream()).split(" "));
            return;
        }
        applyOrder(event);
        Stream stream = event.stream() == null ? null : streams.get(event.stream());
        if (stream == null) {
            return;
        }
        switch (event.event()) {
            case SOURCE -> source(stream, event);
            case CLOSED -> {
                Part part = part(stream, event);
                part.closedFrames = event.frames() == null ? 0 : event.frames();
                part.missing = event.missing() == null ? List.of() : event.missing();
                part.isSuspect = false;
            }
            case NOT_SYNCED -> {
                Part part = part(stream, event);
                part.missing = null;
                part.isSuspect = true;
            }
            case LOST -> {
                for (FrameRange sent : event.missing() == null ? List.<FrameRange>of() : event.missing()) {
                    stream.lost.add(new Lost(sent, String.valueOf(event.reason())));
                }
            }
            case ENDING -> stream.ending = event;
            case ENDED -> stream.ended = event;
            case STREAM, DESCRIBED, FINISHED, SUSPENDED, RESUMED -> {}
            case PLANNED, ARMED, STARTED, STOPPING, ABORTING -> {}
        }
    }

    private void applyOrder(ScanEvent event) {
        switch (event.event()) {
            case ARMED -> isArmed = true;
            case STARTED -> isStarted = true;
            case STOPPING -> order = new ScanOrder(false, String.valueOf(event.reason()));
            case ABORTING -> order = new ScanOrder(true, String.valueOf(event.reason()));
            default -> {}
        }
    }

    /** What a newer or an older version took for a description must not cost the frames. */
    private void describe(JsonNode json) {
        try {
            metadata = ScanMetadata.of(json);
        } catch (MetadataException e) {
            LOG.error("scan goes on without what was last said of it: journal={}: {}", file, e.getMessage());
        }
    }

    /** The folders of a scan move with it; a folder outside of it need not. */
    private StreamRecord here(StreamRecord stream, Path writtenFolder) {
        Path folder = Path.of(stream.names().folder());
        boolean stays = !folder.startsWith(writtenFolder) && Files.isDirectory(folder);
        return stays ? stream : stream.moved(writtenFolder, Path.of(record.folder()));
    }

    private void source(Stream stream, ScanEvent event) {
        Part part = part(stream, event);
        part.sources = Math.max(part.sources, 1 + (event.source() == null ? 0 : event.source()));
        if (event.journal() != null) {
            part.journals.add(journalFile(stream, event));
        }
    }

    private static Part part(Stream stream, ScanEvent event) {
        long number = event.part() == null ? 0 : event.part();
        return stream.parts.computeIfAbsent(number, _ -> new Part());
    }

    private Path journalFile(Stream stream, ScanEvent event) {
        String name = String.valueOf(event.journal());
        Path folder = name.startsWith(".")
                ? Path.of(stream.record.names().folder())
                : file.toAbsolutePath().getParent();
        return folder == null ? Path.of(name) : folder.resolve(name);
    }

    /** Returns the journal's file. */
    public Path file() {
        return file;
    }

    Journal journal() {
        return journal;
    }

    /** Returns the scan, in the folder where its journal lies. */
    public ScanRecord record() {
        return record;
    }

    /** Returns what is known of the scan; where the journal says nothing, it may have been lost, and the scan's master is asked. */
    KnownScan known() {
        return new KnownScan(state(), plan, NotedDescription.of(metadata.isEmpty() ? written() : metadata));
    }

    private ScanMetadata written() {
        Path master = record.files().scan();
        if (master == null) {
            return ScanMetadata.EMPTY;
        }
        try {
            String text = WrittenDescription.of(master);
            if (text == null) {
                return ScanMetadata.EMPTY;
            }
            LOG.warn(
                    "what was said of the scan is not in its journal, and is taken from its master: master={}", master);
            return ScanMetadata.of(new JsonMapper().readTree(text));
        } catch (StorageException | MetadataException | JsonProcessingException e) {
            LOG.error("scan goes on without what was said of it: master={}: {}", master, e.getMessage());
            return ScanMetadata.EMPTY;
        }
    }

    /** Returns that it was told to end, or null. */
    @Nullable ScanOrder order() {
        return order;
    }

    /** Returns where it stands: one that was created and has no frame yet is as it was. */
    private Scan.State state() {
        boolean hasData = streams.values().stream().anyMatch(stream -> !stream.parts.isEmpty());
        if (!plan.isCreated() || isStarted || hasData) {
            return Scan.State.SUSPENDED;
        }
        return isArmed ? Scan.State.ARMED : Scan.State.OPEN;
    }

    /** Returns whether only clearing up is left. */
    boolean isFinished() {
        return embedded != null;
    }

    /** Returns whether a stream's data is in the scan master, and its part files go. */
    boolean isEmbedded(String stream) {
        return embedded != null && embedded.contains(stream);
    }

    Map<String, Stream> streams() {
        return streams;
    }

    Journals journals() {
        return Journals.of(file);
    }
}
