package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.config.ScanConfig;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.frame.ChunkOutcome;
import org.penstock.daemon.frame.EncodedChunk;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.LinkMaster;
import org.penstock.daemon.nexus.ScanDescription;
import org.penstock.daemon.nexus.ScanMaster;
import org.penstock.daemon.nexus.WrittenMaster;
import org.penstock.daemon.nexus.template.ScanTemplate;
import org.penstock.daemon.nexus.template.TemplateException;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.daemon.storage.StreamRecord;
import org.penstock.daemon.storage.SyncThread;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.ScanRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scans that are open: hands out numbers, makes folders, links each scan into the masters above it.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
public final class ScanRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(ScanRegistry.class);
    private static final KnownScan NEW = new KnownScan(Scan.State.OPEN, ScanPlan.NONE, NotedDescription.NONE);

    private DaemonConfig config;
    private final Clock clock;
    private final Publisher publisher;
    private final SyncThread syncer;
    private final OpenScans openScans;
    private final Journals journals;
    private final MasterLinks links;
    private final ScanNumbers numbers;
    private ScanDefaults defaults;
    private final Scan.Services services;
    private final StreamFiles.Settings settings;
    private final Folders folders;
    private final Map<String, Scan> scans = new HashMap<>();
    private final ScanStates states = new ScanStates();

    /** A stream of a scan, ready to be written. */
    public record OpenedFiles(Scan scan, StreamFiles files) {
        /** Notes how the stream ends, so that a restart ends it in the same way, and closes all parts; see {@link StreamFiles#finish}. */
        public void close(long storedFrames, Ended how, Consumer<StreamFiles.Closing> done) {
            scan.journal()
                    .tryNote(ScanEvent.ending(
                            files.record().stream(),
                            storedFrames,
                            new ScanEvent.End(how.isSaid(), how.isAborted(), how.sentFrames()),
                            how.reason()));
            files.finish(storedFrames, done);
        }

        /** Returns the stream as its journals keep it. */
        public StreamRecord record() {
            return files.record();
        }

        /** Returns the part files that remain: none of counters and spectra, whose data moves into the scan master. */
        public List<Path> remainingFiles() {
            return scan.masters().scan() != null && files.detector().rank() <= 1 ? List.of() : files.files();
        }

        /** Writes one chunk; see {@link StreamFiles#write}. */
        public ChunkOutcome write(EncodedChunk chunk) {
            scan.started();
            return files.write(chunk);
        }

        /** Keeps frames of a chunk that is not full; see {@link StreamFiles#keep}. */
        public ChunkOutcome keep(EncodedChunk chunk, BitSet positions) {
            scan.started();
            return files.keep(chunk, positions);
        }
    }

    /**
     * How a stream ends.
     *
     * @param isSaid whether the client said so
     * @param isAborted whether someone ended it before its time
     * @param sentFrames how many frames it has, as sent
     * @param reason in words
     */
    public record Ended(boolean isSaid, boolean isAborted, long sentFrames, String reason) {
        static @Nullable Ended of(@Nullable ScanEvent ending) {
            ScanEvent.End end = ending == null ? null : ending.end();
            return ending == null || end == null
                    ? null
                    : new Ended(end.isSaid(), end.isAborted(), end.sentFrames(), String.valueOf(ending.reason()));
        }
    }

    /**
     * A stream of a scan that an earlier life of the daemon has begun.
     *
     * @param ending how it was ending, or null when it goes on
     */
    public record Suspended(
            OpenedFiles files,
            ScanReplay.Stream stream,
            @Nullable Ended ending) {
        /** Has the stream's files tell which frames are safe; see {@link StreamFiles#listen}. */
        public void restore() {
            files.files().restore(stream, true);
        }
    }

    /** Who is told what happens. */
    public record Told(Telemetry telemetry, ScanListener listener) {}

    /**
     * What works beside hdf5-writer.
     *
     * @param publisher of scan masters
     * @param linker publisher of link masters, which nobody shall wait behind
     */
    public record Threads(Publisher publisher, Publisher linker, SyncThread syncer, Rebuilds rebuilds) {}

    public ScanRegistry(DaemonConfig config, Clock clock, Journals journals, Threads threads, Told told) {
        this.config = config;
        this.clock = clock;
        this.publisher = threads.publisher();
        this.syncer = threads.syncer();
        this.folders = new Folders(config.storage());
        ScanTemplate template = template(config.scan());
        this.links = new MasterLinks(
                template,
                new LinkQueue.Services(new LinkMaster(clock), threads.linker(), folders, states),
                config.storage());
        this.numbers = new ScanNumbers(folders);
        this.defaults = new ScanDefaults(config, clock, folders);
        this.openScans = new OpenScans(config.storage().dataDir(), folders);
        this.journals = journals;
        this.services = new Scan.Services(
                new ScanMaster(clock, template),
                template,
                publisher,
                links,
                syncer,
                openScans,
                folders,
                clock,
                config.storage().masterInterval().toNanos(),
                config.storage().fullDiskWait().toNanos(),
                states,
                told.telemetry(),
                told.listener());
        this.settings = new StreamFiles.Settings(
                folders,
                clock,
                journals,
                syncer,
                threads.rebuilds(),
                config.storage().syncInterval(),
                config.storage().syncBytes(),
                config.storage().writebackBytes(),
                config.storage().dataDir(),
                told.telemetry());
    }

    /** Takes another configuration, for scans that are opened from now on. */
    public void reconfigure(DaemonConfig newConfig) {
        config = newConfig;
        defaults = new ScanDefaults(newConfig, clock, folders);
    }

    /** Returns how many scans are in each state. */
    public ScanStates states() {
        return states;
    }

    /** Loads the layout of scan masters; a {@link ConfigurationException} says why it is none. */
    public static ScanTemplate template(ScanConfig config) {
        try {
            return ScanTemplate.load(config.template());
        } catch (TemplateException e) {
            throw new ConfigurationException("scan.template: " + e.getMessage(), e);
        }
    }

    /**
     * Opens a stream, in a new scan or in the one it joins.
     *
     * @param terms what was settled with the stream's client
     * @throws ProtocolException when the request is refused
     */
    public OpenedFiles open(StreamPlan plan, StreamPlan.Settled terms) {
        String join = plan.scan().join();
        return ScanDefaults.refusing(() -> join == null ? openScan(plan, terms) : joinScan(plan, terms, join));
    }

    private OpenedFiles joinScan(StreamPlan plan, StreamPlan.Settled terms, String id) {
        Scan scan = scans.get(id);
        if (scan == null) {
            throw new ProtocolException(ErrorCode.UNKNOWN_SCAN, "no such scan: key=scan.join, actual=" + id);
        }
        scan.life().admit(plan.detector());
        // a scan that was opened by another program's stream has no folder of its own
        boolean hasFolder = scan.masters().scan() != null || scan.plan().isCreated();
        Path folder = hasFolder ? Path.of(scan.record().folder()) : null;
        StreamFiles files = files(scan, defaults.stream(plan, terms, folder));
        scan.add(files);
        return new OpenedFiles(scan, files);
    }

    private OpenedFiles openScan(StreamPlan plan, StreamPlan.Settled terms) {
        ScanPaths paths = ScanPaths.of(plan.scan(), config.scan(), config.storage(), LocalDate.now(clock));
        defaults.requireRoom(paths.datasetFolder(), states.open());
        LimaNames lima = plan.lima();
        if (lima != null && !lima.hasMaster()) {
            StreamRecord record = defaults.stream(plan, terms, null);
            Path folder = Path.of(record.names().folder());
            ScanDescription description = defaults.describe(plan.scan(), ScanMetadata.EMPTY, paths, 1);
            ScanRecord scan = ScanRecord.of(
                    newId(), description, ScanDefaults.streams(plan.scan()), folder, ScanRecord.Files.NONE);
            return begin(scan, NEW, opened -> {
                StreamFiles files = files(opened, record);
                opened.add(files);
                return new OpenedFiles(opened, files);
            });
        }
        return claim(plan.scan(), paths, NEW, scan -> {
            StreamFiles files = files(
                    scan, defaults.stream(plan, terms, Path.of(scan.record().folder())));
            scan.add(files);
            publishMasters(scan);
            return new OpenedFiles(scan, files);
        });
    }

    /**
     * Opens a scan that streams will join. It ends by itself when none comes within its idle time.
     *
     * @throws ProtocolException when the request is refused
     */
    public Scan create(ScanRequest request, ScanPlan plan, NotedDescription noted) {
        return ScanDefaults.refusing(() -> {
            ScanPaths paths = ScanPaths.of(request, config.scan(), config.storage(), LocalDate.now(clock));
            defaults.requireRoom(paths.datasetFolder(), states.open());
            return claim(request, paths, new KnownScan(Scan.State.OPEN, plan, noted), scan -> {
                publishMasters(scan);
                return scan;
            });
        });
    }

    /**
     * Opens a scan whose masters another program writes.
     *
     * @param directory of part files, relative to {@code storage.lima_root}
     * @throws ProtocolException when the request is refused
     */
    public Scan createWithoutMaster(ScanRequest request, String directory, ScanPlan plan, NotedDescription noted) {
        return ScanDefaults.refusing(() -> {
            ScanPaths paths = ScanPaths.of(request, config.scan(), config.storage(), LocalDate.now(clock));
            Path folder = defaults.folderBelowRoot("directory", directory);
            defaults.requireRoom(folder, states.open());
            int number = Objects.requireNonNullElse(request.number(), 1);
            ScanDescription description = defaults.describe(request, noted.metadata(), paths, number);
            ScanRecord scan = ScanRecord.of(
                    newId(), description, ScanDefaults.streams(request, plan), folder, ScanRecord.Files.NONE);
            return begin(scan, new KnownScan(Scan.State.OPEN, plan, noted), opened -> opened);
        });
    }

    /** Returns a scan that has not been forgotten, or null. */
    public @Nullable Scan scan(String id) {
        return scans.get(id);
    }

    /** Begins a scan in a folder with a number of its own, which is given back when that fails. */
    private <T> T claim(ScanRequest request, ScanPaths paths, KnownScan known, Function<Scan, T> opening) {
        folders.make(paths.datasetFolder());
        int number = numbers.claim(paths, request);
        boolean isOpen = false;
        try {
            ScanRecord.Files masters = new ScanRecord.Files(
                    paths.scanFile(number), paths.datasetFile(), paths.sampleFile(), paths.proposalFile());
            ScanDescription description = defaults.describe(request, known.metadata(), paths, number);
            int streams = ScanDefaults.streams(request, known.plan());
            ScanRecord scan = ScanRecord.of(newId(), description, streams, paths.scanFolder(number), masters);
            T opened = begin(scan, known, opening);
            isOpen = true;
            return opened;
        } finally {
            if (!isOpen) {
                numbers.giveBack(paths.scanFolder(number));
            }
        }
    }

    /** The journal is there before anything else, and goes again when the scan cannot be opened. */
    private <T> T begin(ScanRecord record, KnownScan known, Function<Scan, T> opening) {
        folders.make(Objects.requireNonNull(journals.ofScan(record).getParent()));
        ScanJournal journal = ScanJournal.create(record, journals);
        folders.readable(journal.file());
        boolean isBegun = false;
        try {
            if (known.plan().isCreated()) {
                journal.note(ScanEvent.planned(known.plan()));
            }
            if (!known.metadata().isEmpty()) {
                journal.note(known.noted());
            }
            Scan scan = new Scan(record, journal, known, services);
            openScans.add(record.scan(), journal.file());
            syncer.submit(openScans::sync, _ -> {});
            T opened = opening.apply(scan);
            scans.put(scan.id(), scan);
            states.begun(Scan.State.OPEN);
            isBegun = true;
            scan.life().changed(ScanListener.Change.STATE);
            return opened;
        } finally {
            if (!isBegun) {
                discard(record.scan(), journal);
            }
        }
    }

    private void discard(String scan, ScanJournal journal) {
        try {
            openScans.remove(scan);
            journal.retire();
        } catch (IOException e) {
            throw StorageException.of("journal of a refused scan not removed: file=" + journal.file(), e);
        }
    }

    private void publishMasters(Scan scan) {
        links.expect(scan.record());
        WrittenMaster master = scan.writeMaster();
        if (master == null) {
            throw new StorageException(
                    scan.isDiskFull() ? StorageException.Reason.NO_SPACE : StorageException.Reason.IO,
                    "scan master not written, the log says why: file="
                            + scan.masters().scan());
        }
        // a link is there when what it leads to is
        publisher.publish(List.of(master.publication()), _ -> links.addNow(scan.record()));
    }

    private StreamFiles files(Scan scan, StreamRecord record) {
        StreamFiles files = new StreamFiles(scan.record(), record, scan.journal(), settings);
        scan.journal().note(ScanEvent.opened(record));
        return files;
    }

    /**
     * A stream whose parts are closed has ended. {@code telling} follows when a published master shows them.
     */
    public void end(OpenedFiles stream, StreamEnd end, Scan.Telling telling) {
        stream.scan().ended(stream.files(), end, telling);
    }

    /** Closes the files of every scan that has not ended; they go on when the daemon is started again. */
    public void suspendAll(String reason) {
        scans.values().forEach(scan -> scan.suspend(reason));
        scans.clear();
    }

    /**
     * Takes up the scans that an earlier life of the daemon has left, so far as that can be told from their journals.
     *
     * @return their streams: those that go on, and those that were ending
     */
    public List<Suspended> resumeAll() {
        List<Suspended> streams = new ArrayList<>();
        for (Path file : openScans.journals()) {
            try {
                streams.addAll(resume(ScanReplay.of(file)));
            } catch (IOException | StorageException | ProtocolException e) {
                LOG.error("scan not taken up, its journal stays: file={}: {}", file, e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("scan not taken up, its journal stays: file={}", file, e);
            }
        }
        return streams;
    }

    /**
     * Takes up one scan.
     *
     * @return its streams: those that go on, and those that were ending
     */
    List<Suspended> resume(ScanReplay replay) throws IOException {
        if (replay.isFinished()) {
            links.add(replay.record());
            links.whenLinked(replay.record(), () -> new FinishedScan(replay).clear(openScans));
            return List.of();
        }
        ScanJournal journal = ScanJournal.reopen(replay.file(), replay.journal());
        Scan scan = new Scan(replay.record(), journal, replay.known(), services);
        journal.note(ScanEvent.of(ScanEvent.Kind.RESUMED, "daemon started"));
        List<Suspended> streams = new ArrayList<>();
        for (ScanReplay.Stream stream : replay.streams().values()) {
            StreamFiles files = new StreamFiles(scan.record(), stream.record, journal, settings);
            OpenedFiles opened = new OpenedFiles(scan, files);
            ScanEvent ended = stream.ended;
            if (ended != null && stream.areAllClosed()) {
                files.restore(stream, false);
                scan.addEnded(files, StreamEnd.of(ended));
            } else {
                scan.add(files);
                streams.add(new Suspended(opened, stream, Ended.of(stream.ending)));
            }
        }
        LOG.info(
                "scan {} taken up: streams={}, of which going on={}, file={}",
                scan.entry(),
                replay.streams().size(),
                streams.size(),
                scan.masters().scan());
        scans.put(scan.id(), scan);
        states.begun(scan.life().state());
        links.add(scan.record());
        scan.life().changed(ScanListener.Change.STATE);
        scan.endAs(replay.order());
        return streams;
    }

    /** Ends a stream that nobody will go on with; what is safe of it is completed. */
    void finish(Suspended suspended, String reason, BiConsumer<StreamEnd, StreamFiles.Closing> done) {
        OpenedFiles opened = suspended.files();
        StreamFiles files = opened.files();
        Ended ending = suspended.ending();
        files.restore(suspended.stream(), false);
        Long announced = files.record().frames();
        long every = files.record().cut().every();
        long sent = ending != null ? ending.sentFrames() : announced != null ? announced : files.storedEnd() * every;
        long stored = Math.max((sent + every - 1) / every, files.storedEnd());
        Ended how = ending != null ? ending : new Ended(false, false, sent, reason);
        opened.close(stored, how, closing -> {
            boolean isWhole = closing.problem() == null
                    && files.missingBelow(stored).frames() == 0
                    && !how.isAborted()
                    && (how.isSaid() || announced != null);
            StreamEnd end = new StreamEnd(
                    stored, isWhole, how.isAborted(), closing.problem() == null ? how.reason() : closing.problem());
            end(opened, end, _ -> () -> {});
            done.accept(end, closing);
        });
    }

    /** Ends a scan that has no more streams to come. */
    void finishScan(String id, String reason) {
        Scan scan = scans.get(id);
        if (scan != null) {
            scan.finish(reason);
        }
    }

    /** Returns after how long a scan ends that does not say it. */
    public Duration idleTimeout() {
        return config.scan().idleTimeout();
    }

    /** Writes masters that are due, ends scans that nobody comes to. */
    public void tick() {
        scans.values().forEach(scan -> scan.tick(idleTimeout().toNanos()));
        scans.values().removeIf(Scan::isPublished);
        links.tick();
    }

    /** Writes all links that wait; returns whether something is left, to be asked again when linker has published. */
    public boolean flushLinks() {
        return links.flush();
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }
}
