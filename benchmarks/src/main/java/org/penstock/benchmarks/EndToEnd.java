package org.penstock.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.cli.CommandFailure;
import org.penstock.daemon.cli.Penstock;
import org.penstock.daemon.scan.UnfinishedScans;
import org.penstock.protocol.client.ControlConnection;
import org.penstock.protocol.client.PenstockClient;

/**
 * A daemon in a process of its own, and what streams through it cost: sender process, loopback, daemon process, closed files.
 *
 * <p>The daemon's {@code STATUS} is asked before and after a stream, and over another connection twice while it is under way: what is allocated
 * per frame is what was allocated between those two, less what the asking itself allocates. After a stream it is asked when the daemon has done all
 * that follows from it: parts are synced, journals are gone.
 *
 * <p><b>Threading:</b> one thread; {@link #close} from any.
 */
final class EndToEnd implements Closeable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String READY = "ready data=";
    private static final String RECEIVED = "/counters/frames_received";
    private static final Duration GROWTH_POLL = Duration.ofMillis(100);
    private static final String ALLOCATED = "/alloc_bytes";
    private static final String ROLES = "/thread_cpu_seconds";
    private static final String ROLES_ALLOCATED = "/thread_alloc_bytes";

    /** Where in a stream its steady state begins, and how long it is taken to be, in parts of the time that frames are sent. */
    private static final double STEADY_FROM = 0.3;

    private static final double STEADY_FOR = 0.6;

    /** How much longer than expected a stream onto a disk may take. */
    private static final double SLOWEST = 10;

    private final ObjectMapper json = new ObjectMapper();
    private final WorkFolder folder;
    private final FrameData data;
    private final Path dataDir;
    private final List<Closeable> toClose = new ArrayList<>();
    private final ChildJvm sender;
    private final ControlConnection control;
    private final ControlConnection watch;
    private int streams;
    private double lastRatio = 1;
    private double lastBytesPerS = 1e9;
    private double lastFramesPerS = 1;

    /**
     * How a daemon is started.
     *
     * @param name of its folder and its logs
     * @param main class that takes what {@code penstock} takes
     * @param config its configuration file, or null for the defaults; the folder is the benchmark's in any case
     */
    record Daemon(String name, Class<?> main, @Nullable Path config) {
        static Daemon of(@Nullable Path config) {
            return new Daemon("data", Penstock.class, config);
        }

        private List<String> serve(Path dataDir) {
            List<String> serve = new ArrayList<>(
                    List.of("serve", "--port", "0", "--http-port", "0", "--data-dir", dataDir.toString()));
            if (config != null) {
                serve.addAll(List.of("--config", config.toString()));
            }
            return serve;
        }
    }

    /** Starts a daemon that writes below {@code folder}, and a process that sends {@code data}. */
    EndToEnd(WorkFolder folder, FrameData data, Daemon how) throws IOException {
        this.folder = folder;
        this.data = data;
        dataDir = Files.createDirectories(folder.path().resolve(how.name()));
        try {
            ChildJvm daemon = new ChildJvm(
                    "daemon", folder.path().resolve(how.name() + "-daemon.log"), how.main(), how.serve(dataDir));
            toClose.addFirst(daemon);
            InetSocketAddress address = address(daemon);
            List<String> send = new ArrayList<>(List.of(address.getHostString(), String.valueOf(address.getPort())));
            send.addAll(data.arguments());
            sender = new ChildJvm("sender", folder.path().resolve(how.name() + "-sender.log"), FrameSender.class, send);
            toClose.addFirst(sender);
            control = PenstockClient.control(address);
            toClose.addFirst(control);
            watch = PenstockClient.control(address);
            toClose.addFirst(watch);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static InetSocketAddress address(ChildJvm daemon) throws IOException {
        String line = daemon.await(PATIENCE);
        while (!line.startsWith(READY)) {
            line = daemon.await(PATIENCE); // a flag of the virtual machine may make it talk
        }
        String address = line.substring(READY.length()).split(" ", 2)[0];
        int colon = address.lastIndexOf(':');
        return new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }

    /** Sends one stream for about {@code seconds} and returns what it cost; its files are gone then. */
    BenchRun stream(FrameSender.Sending sending, double seconds) throws IOException {
        long mostFrames = Math.max(1, (long) (folder.room() * lastRatio / data.frameBytes()));
        return send(new FrameSender.Order(nextDataset(), sending, seconds, mostFrames), seconds, PATIENCE)
                .run();
    }

    /** Sends one stream for about {@code seconds}, with values that come with each frame. */
    BenchRun withValues(FrameSender.Sending sending, double seconds) throws IOException {
        long mostFrames = Math.max(1, (long) (folder.room() * lastRatio / data.frameBytes()));
        FrameSender.Order order = new FrameSender.Order(nextDataset(), sending, seconds, mostFrames, 0, null, 1, true);
        return send(order, seconds, PATIENCE).run();
    }

    /** Sends the frames as so many detectors do, of several sizes, for about {@code seconds}. */
    Several.Run several(FrameSender.Sending sending, double seconds, int detectors) throws IOException {
        long mostFrames = Math.max(detectors, (long) (folder.room() * lastRatio / data.frameBytes()));
        FrameSender.Order order =
                new FrameSender.Order(nextDataset(), sending, seconds, mostFrames, 0, null, detectors, false);
        Streamed streamed = send(order, seconds, PATIENCE);
        return new Several.Run(streamed.run(), streamed.sent().leastShare());
    }

    /**
     * Sends one stream that fills a disk with so much, and returns what it cost until all of it is on the disk. A stream must have been sent before, which
     * tells the ratio and the rate.
     */
    Sustained sustained(FrameSender.Sending sending, Sustained.Target target) throws IOException {
        long frames = Math.max(1, (long) (target.bytes() * lastRatio / data.frameBytes()));
        double expectedSeconds = frames * data.frameBytes() / lastBytesPerS;
        Duration patience = PATIENCE.plusSeconds((long) (SLOWEST * expectedSeconds));
        FrameSender.Order order = new FrameSender.Order(nextDataset(), sending, patience.toSeconds(), frames);
        Streamed streamed = send(order, expectedSeconds, patience);
        JsonNode gaps = streamed.sinceBefore().path("receive_gap_ms");
        return new Sustained(
                streamed.run(),
                streamed.sent().bytesStored(),
                target.goalBytes(),
                target.reason(),
                gaps.path("max_ms").asDouble(),
                gaps.path("stalls").asLong());
    }

    /** Sends one stream evenly at a part of the rate of the stream before it, and returns how long frames waited to be acknowledged. */
    Paced paced(FrameSender.Sending sending, double seconds, double ofMaximum) throws IOException {
        double framesPerS = lastFramesPerS * ofMaximum;
        long frames = Math.max(1, (long) (framesPerS * seconds));
        FrameSender.Order order =
                new FrameSender.Order(nextDataset(), sending, 2 * seconds, frames, framesPerS, null, 1, false);
        Streamed streamed = send(order, seconds, PATIENCE.plusSeconds((long) (2 * seconds)));
        return new Paced(
                streamed.run(),
                framesPerS,
                streamed.sent().ackMs(),
                streamed.sent().ackMaxMs());
    }

    /** Sends one stream of so many frames, so many to a part file, and returns what the first tenth of them cost and what the last. */
    Growth growth(FrameSender.Sending sending, Growth.Load load) throws IOException {
        FrameSender.Order order = new FrameSender.Order(
                nextDataset(), sending, PATIENCE.toSeconds() * 5, load.frames(), 0, load.framesPerFile(), 1, false);
        long before = watch.status().at(RECEIVED).asLong();
        sender.say(json.writeValueAsString(order));
        List<Growth.Sample> samples = new ArrayList<>();
        @Nullable String answer = null;
        while (answer == null) {
            samples.add(Growth.Sample.of(watch.status(), before));
            answer = sender.poll(GROWTH_POLL);
        }
        if (!UnfinishedScans.awaitNone(dataDir, PATIENCE)) {
            throw new CommandFailure("scan is not done with " + PATIENCE + " after its report: directory=" + dataDir);
        }
        samples.add(Growth.Sample.of(watch.status(), before));
        FrameSender.Sent sent = json.readValue(answer, FrameSender.Sent.class);
        if (sent.problem() != null) {
            throw new CommandFailure("stream is not whole: " + sent.problem());
        }
        removeFiles();
        return Growth.of(data.name(), load, samples, sent.endSeconds());
    }

    private String nextDataset() {
        streams++;
        return "run" + streams;
    }

    /** What a stream cost, and what the daemon says of the time since it began. */
    private record Streamed(BenchRun run, FrameSender.Sent sent, JsonNode sinceBefore) {}

    private Streamed send(FrameSender.Order order, double expectedSeconds, Duration patience) throws IOException {
        JsonNode before = control.status();
        long askingBytes =
                difference(List.of(watch.status(), watch.status()), ALLOCATED).longValue();
        long startNs = System.nanoTime();
        sender.say(json.writeValueAsString(order));
        List<JsonNode> steady = new ArrayList<>();
        String answer = pollUnlessEnded(null, expectedSeconds * STEADY_FROM, steady);
        answer = pollUnlessEnded(answer, expectedSeconds * STEADY_FOR, steady);
        answer = answer == null ? sender.await(patience) : answer;
        // the report comes before closed parts are synced and their journals removed, which belongs to what a stream
        // costs
        if (!UnfinishedScans.awaitNone(dataDir, patience)) {
            throw new CommandFailure("scan is not done with " + patience + " after its report: directory=" + dataDir);
        }
        double syncedSeconds = (System.nanoTime() - startNs) / 1e9;
        List<JsonNode> whole = List.of(before, control.status());
        FrameSender.Sent sent = json.readValue(answer, FrameSender.Sent.class);
        if (sent.problem() != null) {
            throw new CommandFailure("stream is not whole: " + sent.problem());
        }
        removeFiles();
        lastRatio = (double) sent.bytesRaw() / sent.bytesStored();
        lastBytesPerS = sent.bytesRaw() / sent.seconds();
        lastFramesPerS = sent.frames() / sent.seconds();
        Allocation allocation = new Allocation(steady.size() == 2 ? steady : whole, askingBytes);
        FrameSender.Sent counted = folder.isOnDisk() ? sent.withSeconds(syncedSeconds) : sent;
        return new Streamed(
                run(order.sending(), counted, whole, allocation),
                sent,
                whole.getLast().path("since_last"));
    }

    /** Waits a part of the stream's time, then asks for the status; returns the sender's answer if the stream ended before. */
    private @Nullable String pollUnlessEnded(@Nullable String answer, double seconds, List<JsonNode> statuses)
            throws IOException {
        if (answer != null) {
            return answer;
        }
        String ended = sender.poll(Duration.ofNanos((long) (seconds * 1e9)));
        if (ended == null) {
            statuses.add(watch.status());
        }
        return ended;
    }

    /** What was allocated between two statuses, without what asking once allocates; -1 of a daemon that does not count frames. */
    private record Allocation(List<JsonNode> fromTo, long askingBytes) {
        double bytesPerFrame() {
            return perFrame(difference(fromTo, ALLOCATED) - askingBytes);
        }

        /** The asking itself is done by ingest. */
        Map<String, Double> bytesPerFrameByRole() {
            Map<String, Double> roles = new TreeMap<>();
            fromTo.getLast().at(ROLES_ALLOCATED).fieldNames().forEachRemaining(role -> {
                double bytes = difference(fromTo, ROLES_ALLOCATED + "/" + role);
                double asking = role.equals("ingest") ? askingBytes : 0;
                roles.put(role, perFrame(bytes - asking));
            });
            return roles;
        }

        private double perFrame(double bytes) {
            double frames = difference(fromTo, RECEIVED);
            return frames == 0 ? -1 : Math.max(0, bytes) / frames;
        }
    }

    private BenchRun run(
            FrameSender.Sending sending, FrameSender.Sent sent, List<JsonNode> whole, Allocation allocation) {
        double gigabytes = sent.bytesRaw() / 1e9;
        JsonNode interval = whole.getLast().path("since_last");
        JsonNode latency = interval.path("latency_ms");
        Map<String, Double> roles = new TreeMap<>();
        whole.getLast()
                .at(ROLES)
                .fieldNames()
                .forEachRemaining(role -> roles.put(role, difference(whole, ROLES + "/" + role) / gigabytes));
        return new BenchRun(
                sending.isEncoded() ? data.name() + ", encoded" : data.name(),
                sending.codec(),
                sent.frames(),
                sent.frames() / sent.seconds(),
                gigabytes * 1000 / sent.seconds(),
                difference(whole, "/cpu_seconds") / gigabytes,
                lastRatio,
                allocation.bytesPerFrame(),
                interval.path("gc_max_ms").asDouble(),
                new BenchRun.Latency(
                        latency.path("p50").asDouble(),
                        latency.path("p99").asDouble(),
                        latency.path("p999").asDouble()),
                null,
                null,
                new BenchRun.Roles(roles, allocation.bytesPerFrameByRole()));
    }

    private static Double difference(List<JsonNode> fromTo, String pointer) {
        return fromTo.getLast().at(pointer).asDouble()
                - fromTo.getFirst().at(pointer).asDouble();
    }

    /** What the daemon keeps for itself, its lock and its list of open scans, has a name with a dot. */
    private void removeFiles() throws IOException {
        try (DirectoryStream<Path> written = Files.newDirectoryStream(dataDir, "[!.]*")) {
            for (Path proposal : written) {
                WorkFolder.removeAll(proposal);
            }
        }
    }

    @Override
    public void close() {
        Closing.all(toClose);
    }
}
