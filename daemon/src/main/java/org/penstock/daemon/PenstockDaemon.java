package org.penstock.daemon;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.config.Reload;
import org.penstock.daemon.control.EndedScans;
import org.penstock.daemon.control.ScanControl;
import org.penstock.daemon.control.ScanHistory;
import org.penstock.daemon.control.ScanRoutes;
import org.penstock.daemon.control.StreamCounts;
import org.penstock.daemon.control.VersionRoutes;
import org.penstock.daemon.disk.FileSystemKind;
import org.penstock.daemon.hdf5.CallTimer;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.http.HttpServer;
import org.penstock.daemon.http.Routes;
import org.penstock.daemon.ingest.IngestServer;
import org.penstock.daemon.metrics.Peers;
import org.penstock.daemon.metrics.Watch;
import org.penstock.daemon.metrics.WatchRoutes;
import org.penstock.daemon.pipeline.Acquisitions;
import org.penstock.daemon.pipeline.Pipeline;
import org.penstock.daemon.pipeline.Reports;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.Slab;
import org.penstock.daemon.scan.Publisher;
import org.penstock.daemon.scan.RebuildProcess;
import org.penstock.daemon.scan.ScanRegistry;
import org.penstock.daemon.service.StatusLine;
import org.penstock.daemon.service.Supervision;
import org.penstock.daemon.service.WriterWatch;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.SyncThread;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.daemon.telemetry.Timing;
import org.penstock.daemon.tls.Door;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon: wires the parts, starts them (directory, slab, writer, compressors, listener) and stops them in the reverse order: stop accepting,
 * suspend the streams, drain the ring, publish the masters, close.
 *
 * <p><b>Threading:</b> started and closed from any one thread.
 */
public final class PenstockDaemon implements AutoCloseable {
    /** Name and version, as clients see it; the protocol and the files have versions of their own. */
    public static final String NAME = "penstockd/" + BuildInfo.version();

    private static final Logger LOG = LoggerFactory.getLogger(PenstockDaemon.class);

    /** Less than the unit's {@code TimeoutStopSec}. */
    private static final Duration DRAIN = Duration.ofSeconds(80);

    /** Behind a scan's last master: its parts, its end, its removal. */
    private static final int SYNC_ROUNDS = 3;

    private static final int LINK_ROUNDS = 20;

    /** Knows the command by which a part is rebuilt in a process of its own. */
    private static final String MAIN_CLASS = "org.penstock.daemon.cli.Penstock";

    private final DataDirectory directory;
    private final Secrets secrets;
    private DaemonConfig config; // guarded by this
    private final Slab slab;
    private final Publisher publisher;
    private final Publisher linker;
    private final SyncThread syncer;
    private final RebuildProcess rebuilds;
    private final Pipeline pipeline;
    private final ScanRegistry scans;
    private final Acquisitions acquisitions;
    private final @Nullable HttpServer http;
    private final IngestServer server;
    private final OpenStreams streams = new OpenStreams();
    private final Telemetry telemetry;
    private final @Nullable Supervision supervision;
    private final Watch watch;
    private boolean isClosed;

    /**
     * Starts a daemon.
     *
     * @throws ConfigurationException when it cannot run as configured: directory or port are taken, not there, not writable
     */
    public static PenstockDaemon start(DaemonConfig config) {
        return start(config, Journals.in(config.storage().journalDir()), new Telemetry());
    }

    /**
     * Starts one that promises nothing: its part files have no journals. Only to measure what journals cost.
     *
     * @throws ConfigurationException when it cannot run as configured
     */
    public static PenstockDaemon startWithoutPartJournals(DaemonConfig config) {
        LOG.warn("without journals of part files: an acknowledged frame is lost when this daemon dies");
        return start(config, Journals.in(config.storage().journalDir()).ofScansOnly(), new Telemetry());
    }

    /**
     * Starts one that counts nothing and times nothing of what it does with frames: STATUS and metrics say 0. Only to measure what counting costs.
     *
     * @throws ConfigurationException when it cannot run as configured
     */
    public static PenstockDaemon startWithoutMetrics(DaemonConfig config) {
        LOG.warn("without metrics: STATUS and metrics of this daemon are not true");
        return start(config, Journals.in(config.storage().journalDir()), Telemetry.silent());
    }

    /**
     * Reads all that a configuration names and a start reads before it takes anything.
     *
     * @throws ConfigurationException when a start would be refused
     */
    public static void check(DaemonConfig config) {
        ScanRegistry.template(config.scan());
        Secrets.read(config.security(), Clock.systemUTC());
    }

    private static PenstockDaemon start(DaemonConfig config, Journals journals, Telemetry telemetry) {
        LOG.info("starting: {}", config.describe());
        // before anything is taken that would have to be given back; see check
        ScanRegistry.template(config.scan());
        Secrets secrets = Secrets.read(config.security(), Clock.systemUTC());
        DataDirectory directory = DataDirectory.open(config.storage());
        try {
            return new PenstockDaemon(config, directory, journals, secrets, telemetry);
        } catch (IOException e) {
            directory.close();
            throw new ConfigurationException(String.valueOf(e.getMessage()), e);
        }
    }

    private PenstockDaemon(
            DaemonConfig config, DataDirectory directory, Journals journals, Secrets secrets, Telemetry telemetry)
            throws IOException {
        this.config = config;
        this.secrets = secrets;
        this.directory = directory;
        this.telemetry = telemetry;
        slab = new Slab(config.memory().slabBytes());
        FrameRing ring = new FrameRing(config.memory().ringSlots(), telemetry);
        AtomicReference<@Nullable Runnable> ticked = new AtomicReference<>();
        pipeline = pipeline(config, ring, ticked);
        publisher = new Publisher("publisher", pipeline::execute);
        linker = new Publisher("linker", pipeline::execute);
        syncer = new SyncThread(pipeline::execute);
        rebuilds = new RebuildProcess(
                pipeline::execute,
                MAIN_CLASS,
                new RebuildProcess.Patience(
                        config.storage().fullDiskWait(), config.service().ioLimit()));
        Clock clock = Clock.system(ZoneId.systemDefault());
        FileSystemKind fileSystem = FileSystemKind.of(config.storage().dataDir());
        LOG.info("acknowledgements: {}", fileSystem.meaningOfWritten());
        StreamCounts counts = new StreamCounts();
        ScanHistory history = history(config, clock, counts);
        scans = new ScanRegistry(
                config,
                clock,
                journals,
                new ScanRegistry.Threads(publisher, linker, syncer, rebuilds),
                new ScanRegistry.Told(telemetry, history));
        Reports reports = new Reports(config.storage().dataDir(), clock);
        acquisitions = new Acquisitions(
                config, new Acquisitions.Services(slab, ring, pipeline, scans, reports, fileSystem, telemetry, counts));
        ScanControl control = new ScanControl(new ScanControl.Services(pipeline::execute, scans, history, streams));
        pipeline.start();
        pipeline.execute(() -> Hdf5Library.open(new Hdf5Calls(telemetry)));
        ticked.set(() -> {
            scans.tick();
            control.tick();
        });
        WriterWatch.Writer writer = WriterWatch.Writer.of(pipeline::writerSteps, pipeline.writerThread());
        watch = watch(config, ring, writer);
        Door door = secrets.door().counting(telemetry.refusedConnections()::count);
        http = config.http().port() == null ? null : HttpServer.prepare(config.http(), door, routes(control));
        supervision = supervise(config, ring, writer);
        try {
            server = new IngestServer(
                    config,
                    new IngestServer.Services(NAME, ring, acquisitions, fileSystem, telemetry, watch::report, door));
            streams.in(server);
        } catch (IOException e) {
            watch.close();
            closePipeline();
            tell(Supervision::close);
            throw e;
        }
        listen();
        LOG.info("ready: {} directory={}", addresses(), config.storage().dataDir());
        tell(Supervision::ready);
    }

    private ScanHistory history(DaemonConfig config, Clock clock, StreamCounts counts) throws IOException {
        EndedScans ended = new EndedScans(config.storage().dataDir());
        return new ScanHistory(clock, () -> scans().idleTimeout(), counts, ended);
    }

    private Pipeline pipeline(DaemonConfig config, FrameRing ring, AtomicReference<@Nullable Runnable> ticked) {
        return new Pipeline(
                ring,
                config.compression().threads(),
                config.compression().codec(),
                telemetry,
                new Pipeline.Ticking(() -> tick(ticked.get()), config.storage().fullDiskWait()));
    }

    private Watch watch(DaemonConfig config, FrameRing ring, WriterWatch.Writer writer) {
        Peers peers =
                new Peers(() -> server().sights(), () -> server().openConnections(), () -> server().isAccepting());
        return new Watch(
                new Watch.Parts(telemetry, ring, slab, scans.states(), rebuilds, peers),
                config,
                new WriterWatch(writer, config.service().ioLimit()));
    }

    private @Nullable Supervision supervise(DaemonConfig config, FrameRing ring, WriterWatch.Writer writer) {
        return Supervision.start(
                System.getenv(),
                new StatusLine(
                        telemetry,
                        new StatusLine.Fill(scans.states()::open, acquisitions::openStreams, ring::fill, slab::fill)),
                new WriterWatch(writer, config.service().ioLimit()));
    }

    /** Returns what the daemon answers over HTTP. */
    private List<Routes> routes(ScanControl control) {
        return List.of(new VersionRoutes(NAME), new ScanRoutes(control), new WatchRoutes(watch));
    }

    private void listen() throws IOException {
        try {
            if (http != null) {
                http.listen();
            }
        } catch (IOException e) {
            watch.close();
            server.stopAccepting("daemon not started");
            server.close();
            closePipeline();
            tell(Supervision::close);
            throw e;
        }
    }

    private void tell(Consumer<Supervision> what) {
        if (supervision != null) {
            what.accept(supervision);
        }
    }

    private static void tick(@Nullable Runnable ticked) {
        if (ticked != null) {
            ticked.run();
        }
    }

    private record Hdf5Calls(Telemetry telemetry) implements CallTimer {
        @Override
        public long nowNs() {
            return telemetry.nowNs();
        }

        @Override
        public void took(Call call, long ns) {
            telemetry.took(
                    switch (call) {
                        case CREATE -> Timing.HDF5_CREATE;
                        case WRITE -> Timing.HDF5_WRITE;
                        case FLUSH -> Timing.HDF5_FLUSH;
                        case CLOSE -> Timing.HDF5_CLOSE;
                    },
                    ns);
        }
    }

    /** Returns the address that detectors connect to. */
    public String host() {
        return server.address().getAddress().getHostAddress();
    }

    /** Returns the port that detectors connect to. */
    public int port() {
        return server.address().getPort();
    }

    /** Returns where the daemon answers over HTTP, null when it does not. */
    public @Nullable InetSocketAddress httpAddress() {
        return http == null ? null : http.address();
    }

    /** Returns all addresses, as programs that start the daemon read them: {@code data=127.0.0.1:9700 http=127.0.0.1:8787}. */
    public String addresses() {
        InetSocketAddress address = httpAddress();
        String ofHttp = address == null ? "off" : address.getAddress().getHostAddress() + ":" + address.getPort();
        return "data=" + host() + ":" + port() + " http=" + ofHttp;
    }

    /** Nobody asks before there is a scan. */
    private ScanRegistry scans() {
        return scans;
    }

    /** Nobody asks before the daemon listens. */
    private IngestServer server() {
        return server;
    }

    /** Returns all by which the daemon is watched. */
    public Watch watch() {
        return watch;
    }

    /**
     * Takes from a configuration that was read again what a running daemon may, and says in the log what that is, and what waits for a restart. Reads the
     * files of tokens and certificates again.
     *
     * @throws ConfigurationException when it does not go with what stays; then nothing has changed
     */
    public synchronized void reload(DaemonConfig read) {
        Reload reload = config.reload(read);
        config = reload.config();
        server.reconfigure(config);
        LOG.info("configuration read again: changed={}, needs a restart={}", reload.changed(), reload.needsRestart());
        secrets.reload();
    }

    /** Returns the daemon's counters. */
    public Telemetry telemetry() {
        return telemetry;
    }

    /** Suspends all streams with what they have, writes everything, closes everything; scans go on when a daemon is started again. */
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        tell(Supervision::stopping);
        LOG.info("stopping: streams={}", acquisitions.openStreams());
        server.stopAccepting("daemon stopped");
        awaitStreams();
        if (http != null) {
            http.close();
        }
        server.close();
        suspendScans();
        watch.close();
        closePipeline();
        directory.close();
        tell(Supervision::close);
        LOG.info("stopped");
    }

    private void awaitStreams() {
        try {
            if (!acquisitions.awaitNoStreams(DRAIN)) {
                LOG.error(
                        "streams not drained in time: open={}, seconds={}",
                        acquisitions.openStreams(),
                        DRAIN.toSeconds());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes the files of scans that have not ended, so that they can be read; their journals stay. */
    private void suspendScans() {
        onWriter(() -> scans.suspendAll("daemon stopped"));
    }

    private void onWriter(Runnable task) {
        CountDownLatch done = new CountDownLatch(1);
        pipeline.execute(() -> {
            try {
                task.run();
            } finally {
                done.countDown();
            }
        });
        try {
            done.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** A link that another daemon was in the way of is made again. */
    private void publishLinks() {
        boolean isLeft = true;
        for (int round = 0; isLeft && round < LINK_ROUNDS; round++) {
            AtomicBoolean left = new AtomicBoolean();
            onWriter(() -> left.set(scans.flushLinks()));
            linker.drain();
            isLeft = left.get();
        }
    }

    private void closePipeline() {
        rebuilds.close();
        publisher.close();
        publishLinks();
        // what was synced has consequences on hdf5-writer, which has others synced in turn
        for (int round = 0; round < SYNC_ROUNDS; round++) {
            syncer.drain();
            onWriter(() -> {});
        }
        syncer.close();
        linker.close();
        pipeline.execute(Hdf5Library::release);
        pipeline.close();
        slab.close();
    }
}
