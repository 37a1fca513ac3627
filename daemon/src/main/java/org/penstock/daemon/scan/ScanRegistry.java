package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.FrameStorage;
import org.penstock.daemon.nexus.GroupNames;
import org.penstock.daemon.nexus.LinkMaster;
import org.penstock.daemon.nexus.Publication;
import org.penstock.daemon.nexus.ScanDescription;
import org.penstock.daemon.nexus.ScanMaster;
import org.penstock.daemon.nexus.ScanProgress;
import org.penstock.daemon.nexus.WriterStatus;
import org.penstock.daemon.nexus.WrittenMaster;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.ScanRequest;

/**
 * The scans that are open: hands out numbers, makes folders, links each scan into the masters above it.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
public final class ScanRegistry {
    private static final Pattern SCAN_FOLDER = Pattern.compile("scan(\\d{4,9})");

    private final DaemonConfig config;
    private final Clock clock;
    private final Publisher publisher;
    private final LinkMaster links;
    private final Scan.Services services;
    private final StreamFiles.Settings settings;
    private final Folders folders;
    private final Map<String, Scan> scans = new HashMap<>();
    private final Map<Path, Integer> lastNumbers = new HashMap<>();

    /** A stream of a scan, ready to be written. */
    public record OpenedFiles(Scan scan, StreamFiles files) {
        /** Closes all parts; see {@link StreamFiles#finish}. */
        public StreamFiles.Closing close(long storedFrames) {
            return files.finish(storedFrames);
        }

        /** Returns the part files that remain: none of counters and spectra, whose data moves into the scan master. */
        public List<Path> remainingFiles() {
            return scan.masters().scan() != null && files.detector().rank() <= 1 ? List.of() : files.files();
        }

        /** Writes one chunk; see {@link StreamFiles#write}. */
        public boolean write(
                long firstFrame,
                java.util.BitSet present,
                java.lang.foreign.MemorySegment chunk,
                long bytes,
                boolean isFiltered) {
            scan.started();
            return files.write(firstFrame, present, chunk, bytes, isFiltered);
        }
    }

    public ScanRegistry(DaemonConfig config, Clock clock, Publisher publisher, Scan.MasterTimer timer) {
        this.config = config;
        this.clock = clock;
        this.publisher = publisher;
        this.links = new LinkMaster(clock);
        this.folders = new Folders(config.storage());
        this.services = new Scan.Services(
                new ScanMaster(clock),
                publisher,
                folders,
                clock,
                config.storage().masterInterval().toNanos(),
                timer);
        this.settings = new StreamFiles.Settings(folders, clock);
    }

    /**
     * Opens a stream, in a new scan or in the one it joins.
     *
     * @throws ProtocolException when the request is refused
     */
    public OpenedFiles open(StreamPlan plan) {
        try {
            String join = plan.scan().join();
            return join == null ? openScan(plan) : joinScan(plan, join);
        } catch (StorageException e) {
            ErrorCode code = e.reason() == StorageException.Reason.EXISTS ? ErrorCode.EXISTS : ErrorCode.STORAGE;
            throw new ProtocolException(code, String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            // the layout refuses a name: a group or a field of that name is part of it
            throw new ProtocolException(ErrorCode.BAD_NAME, String.valueOf(e.getMessage()), e);
        }
    }

    private OpenedFiles joinScan(StreamPlan plan, String id) {
        Scan scan = scans.get(id);
        if (scan == null || scan.hasEnded()) {
            throw new ProtocolException(
                    ErrorCode.UNKNOWN_SCAN, "no such scan, or it has ended: key=scan.join, actual=" + id);
        }
        if (scan.hasDetector(plan.detector())) {
            throw new ProtocolException(
                    ErrorCode.DUPLICATE_DETECTOR,
                    "detector is in the scan already: key=detector, actual=" + plan.detector() + ", scan="
                            + scan.entry());
        }
        Path file = scan.masters().scan();
        Path folder = file == null ? null : file.getParent();
        StreamFiles files = files(plan, folder);
        scan.add(files);
        return new OpenedFiles(scan, files);
    }

    private OpenedFiles openScan(StreamPlan plan) {
        LocalDate today = LocalDate.now(clock);
        ScanPaths paths = ScanPaths.of(plan.scan(), config.scan(), config.storage(), today);
        int streams =
                (int) StreamValues.orDefault("scan.streams", widened(plan.scan().streams()), 1, 1024);
        LimaNames lima = plan.lima();
        if (lima != null && !lima.hasMaster()) {
            StreamFiles files = files(plan, null);
            Scan scan = new Scan(newId(), describe(plan, paths, 1), Scan.Masters.NONE, streams, services);
            scans.put(scan.id(), scan);
            return opened(scan, files);
        }
        folders.make(paths.datasetFolder());
        int number = makeScanFolder(paths, plan.scan());
        boolean isOpen = false;
        try {
            StreamFiles files = files(plan, paths.scanFolder(number));
            Scan.Masters masters = new Scan.Masters(paths.scanFile(number), paths.datasetFile());
            Scan scan = new Scan(newId(), describe(plan, paths, number), masters, streams, services);
            OpenedFiles opened = opened(scan, files);
            publishMasters(scan, paths, number);
            scans.put(scan.id(), scan);
            isOpen = true;
            return opened;
        } finally {
            if (!isOpen) {
                removeEmpty(paths.scanFolder(number));
            }
        }
    }

    private static OpenedFiles opened(Scan scan, StreamFiles files) {
        scan.add(files);
        return new OpenedFiles(scan, files);
    }

    private void publishMasters(Scan scan, ScanPaths paths, int number) {
        List<Publication> publications = new ArrayList<>();
        try {
            linkAbove(publications, paths, scan.entry(), ScanPaths.scanName(number));
            WrittenMaster master = scan.writeMaster();
            if (master == null) {
                throw new StorageException(
                        StorageException.Reason.IO,
                        "scan master not written, the log says why: file=" + paths.scanFile(number));
            }
            publications.addFirst(master.publication());
        } catch (StorageException e) {
            publications.forEach(Publication::discard);
            throw e;
        }
        publisher.publish(publications, _ -> {});
    }

    private void linkAbove(List<Publication> publications, ScanPaths paths, String entry, String scanName) {
        String dataset = paths.names().datasetName();
        String datasetLink = dataset + "_" + entry;
        link(publications, paths.datasetFile(), entry, scanName + "/" + scanName + ".h5", entry);
        link(publications, paths.sampleFile(), datasetLink, dataset + "/" + dataset + ".h5", entry);
        Path below = paths.proposalFile().resolveSibling(".").normalize().relativize(paths.datasetFile());
        link(publications, paths.proposalFile(), datasetLink, below.toString(), entry);
    }

    private void link(List<Publication> publications, Path master, String name, String target, String entry) {
        publisher.await(master);
        links.addLink(master, name, target, "/" + entry).ifPresent(publication -> {
            folders.readable(publication.temporary());
            publications.add(publication);
        });
    }

    private StreamFiles files(StreamPlan plan, @Nullable Path scanFolder) {
        LimaNames lima = plan.lima();
        Long frames = plan.frames();
        long every = plan.geometry().every();
        long stored = frames == null ? Long.MAX_VALUE : (frames + every - 1) / every;
        GroupNames groups =
                lima == null ? GroupNames.of(config.scan().instrumentName(), plan.detector()) : lima.groups();
        LongFunction<Path> partPath;
        if (lima == null) {
            if (scanFolder == null) {
                throw new ProtocolException(
                        ErrorCode.BAD_VALUE, "scan has no folder: say where the files go with lima.directory");
            }
            partPath = part ->
                    scanFolder.resolve(String.format(java.util.Locale.ROOT, "%s_%04d.h5", plan.detector(), part));
        } else {
            Path folder = limaFolder(lima, scanFolder);
            refuseExisting(folder.resolve(lima.fileName(0)));
            partPath = part -> folder.resolve(lima.fileName(part));
        }
        FrameStorage storage = new FrameStorage(
                plan.geometry().chunkFrames(),
                plan.geometry().framesPerFile(),
                plan.codec().filterPipeline(plan.type().bytes()));
        DetectorDescription detector =
                new DetectorDescription(plan.detector(), plan.type(), plan.shape(), storage, groups, plan.fields());
        return new StreamFiles(detector, plan.geometry(), stored, plan.openParts(config.storage()), partPath, settings);
    }

    /** A scan is a folder, whole by itself: its master shows no file outside. */
    private Path limaFolder(LimaNames lima, @Nullable Path scanFolder) {
        if (scanFolder != null && lima.directory().isEmpty()) {
            return scanFolder;
        }
        Path root = config.storage().effectiveLimaRoot();
        Path folder = root;
        for (String name : lima.directory()) {
            folder = folder.resolve(name);
        }
        if (scanFolder != null && !folder.startsWith(scanFolder)) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE,
                    "folder is not its scan's: key=lima.directory, expected=" + scanFolder + " or below, actual="
                            + folder + "; leave lima.directory out, or say lima.master none");
        }
        folders.make(ScanPaths.requireBelow(root, folder));
        return folder;
    }

    private static void refuseExisting(Path file) {
        if (Files.exists(file)) {
            throw new ProtocolException(
                    ErrorCode.EXISTS,
                    "file exists, nothing is overwritten: file=" + file + "; choose another prefix or number");
        }
    }

    private ScanDescription describe(StreamPlan plan, ScanPaths paths, int number) {
        ScanRequest request = plan.scan();
        OffsetDateTime now = OffsetDateTime.now(clock);
        return new ScanDescription(
                paths.identity(number),
                request.title() == null ? config.scan().title() : request.title(),
                request.startTime() == null ? now : startTime(request.startTime()),
                config.scan().instrumentName(),
                ScanProgress.running(WriterStatus.STARTING, now));
    }

    private static OffsetDateTime startTime(String text) {
        try {
            return OffsetDateTime.parse(text);
        } catch (DateTimeException e) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE,
                    "no time: key=scan.start_time, expected=ISO 8601 with offset, actual=" + text,
                    e);
        }
    }

    /** The folder is the number's claim: whoever makes it has it. */
    private int makeScanFolder(ScanPaths paths, ScanRequest request) {
        Integer asked = request.number();
        if (asked != null) {
            StreamValues.range("scan.number", asked, 1, 999_999_999);
            if (!folders.makeNew(paths.scanFolder(asked))) {
                throw new ProtocolException(
                        ErrorCode.EXISTS,
                        "scan exists, nothing is overwritten: key=scan.number, actual=" + asked + ", folder="
                                + paths.scanFolder(asked) + "; leave the number out for the next free one");
            }
            return asked;
        }
        int number = lastNumbers.computeIfAbsent(paths.datasetFolder(), ScanRegistry::highestNumber) + 1;
        while (!folders.makeNew(paths.scanFolder(number))) {
            number++;
        }
        lastNumbers.put(paths.datasetFolder(), number);
        return number;
    }

    private static int highestNumber(Path datasetFolder) {
        try (Stream<Path> entries = Files.list(datasetFolder)) {
            return entries.map(entry -> SCAN_FOLDER.matcher(String.valueOf(entry.getFileName())))
                    .filter(Matcher::matches)
                    .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            throw StorageException.of("dataset folder not read: folder=" + datasetFolder, e);
        }
    }

    private static void removeEmpty(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException _) {
            // something is in it already: it stays, and its number is taken
        }
    }

    /**
     * A stream whose parts are closed has ended. {@code done} follows when a published master shows them, with what went wrong in that, or null.
     */
    public void end(OpenedFiles stream, StreamEnd end, Consumer<@Nullable String> done) {
        stream.scan().ended(stream.files(), end, done);
        if (stream.scan().hasEnded()) {
            scans.remove(stream.scan().id());
        }
    }

    /** Ends every scan that is open, as incomplete: the daemon stops. */
    public void endAll(String reason) {
        scans.values().forEach(scan -> scan.finish(reason));
        scans.clear();
    }

    /** Writes masters that are due, ends scans that nobody comes to. */
    public void tick() {
        long idleNs = config.scan().idleTimeout().toNanos();
        scans.values().forEach(scan -> scan.tick(idleNs));
        scans.values().removeIf(Scan::hasEnded);
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }

    private static @Nullable Long widened(@Nullable Integer value) {
        return value == null ? null : value.longValue();
    }
}
