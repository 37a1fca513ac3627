package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.penstock.daemon.cli.Penstock;

/**
 * {@code penstock serve} in a JVM of its own, with the options of the {@code penstock} script: one that can be killed, traced and started
 * again on the same port and data directory.
 *
 * <p><b>Threading:</b> confined to the test's thread; the log may be read by any.
 */
final class DaemonProcess implements AutoCloseable {
    private static final Path OPTIONS = Path.of(System.getProperty("penstock.root", ".."), "src/scripts/jvm.options");
    private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int KILLED = 128 + 9;

    private final Setting setting;
    private final int port = freePort();
    private final Lines output = new Lines();
    private final List<ProcessHandle> orphans = new ArrayList<>();
    private volatile Process process;

    /**
     * How it is started.
     *
     * @param dataDir its data directory
     * @param config lines of YAML over the defaults, or null
     * @param wrapper command that the JVM's command is appended to, such as strace; it must end up in the same process
     * @param environment variables over those of this JVM
     */
    record Setting(Path dataDir, Path config, List<String> wrapper, Map<String, String> environment) {
        static Setting of(Path dataDir) {
            return new Setting(dataDir, null, List.of(), Map.of());
        }

        /** With YAML over the defaults; the file lies beside the data directory. */
        Setting config(String yaml) throws IOException {
            Path file = dataDir.resolveSibling(dataDir.getFileName() + ".yaml");
            Files.createDirectories(file.toAbsolutePath().getParent());
            return new Setting(dataDir, Files.writeString(file, yaml), wrapper, environment);
        }

        /** It answers over HTTP where its configuration says so: starting without is quicker. */
        boolean hasHttp() {
            try {
                return config != null && Files.readString(config).contains("http:");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Setting wrapper(List<String> command) {
            return new Setting(dataDir, config, command, environment);
        }

        Setting environment(String name, String value) {
            Map<String, String> more = new TreeMap<>(environment);
            more.put(name, value);
            return new Setting(dataDir, config, wrapper, Map.copyOf(more));
        }
    }

    /** Lines of a process, which can be waited for. */
    private static final class Lines {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final List<String> lines = new ArrayList<>();
        private boolean isEnded;

        void begin() {
            lock.lock();
            try {
                isEnded = false;
            } finally {
                lock.unlock();
            }
        }

        /** A killed daemon's child may hold its output open into the next life: only the end of the present life counts. */
        void read(Process process, BooleanSupplier isPresent) {
            try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    add(line, false);
                }
            } catch (IOException e) {
                add("output not read: " + e.getMessage(), false);
            }
            if (isPresent.getAsBoolean()) {
                add("", true);
            }
        }

        private void add(String line, boolean isLast) {
            lock.lock();
            try {
                isEnded |= isLast;
                if (!isLast) {
                    lines.add(line);
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        List<String> all() {
            lock.lock();
            try {
                return List.copyOf(lines);
            } finally {
                lock.unlock();
            }
        }

        String await(String what, int from, Predicate<String> isIt) throws InterruptedException {
            long leftNs = LONGEST_NS;
            lock.lock();
            try {
                int next = from;
                while (true) {
                    for (; next < lines.size(); next++) {
                        if (isIt.test(lines.get(next))) {
                            return lines.get(next);
                        }
                    }
                    if (isEnded || leftNs <= 0) {
                        throw new AssertionError("daemon did not say: " + what + (isEnded ? "; it ended: " : ": ")
                                + String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())));
                    }
                    leftNs = changed.awaitNanos(leftNs);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private DaemonProcess(Setting setting) {
        this.setting = setting;
    }

    /** Starts it and waits until it takes connections. */
    static DaemonProcess start(Setting setting) throws IOException, InterruptedException {
        DaemonProcess daemon = startDoomed(setting);
        daemon.awaitReady(0);
        return daemon;
    }

    /** Starts one that may be dead before it takes a connection. */
    static DaemonProcess startDoomed(Setting setting) throws IOException {
        DaemonProcess daemon = new DaemonProcess(setting);
        daemon.launch(setting);
        return daemon;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Returns where it answers over HTTP, in this life. */
    InetSocketAddress httpAddress() {
        String ready = log().stream()
                .filter(line -> line.startsWith("ready data="))
                .reduce((_, last) -> last)
                .orElseThrow();
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1)));
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Returns all that it has said, in all its lives: standard output and standard error, as they came. */
    List<String> log() {
        return output.all();
    }

    /** Waits for a line of its log that contains these words, said in this life or an earlier one. */
    String awaitLog(String words) throws InterruptedException {
        return output.await(words, 0, line -> line.contains(words));
    }

    /** Kills it as {@code kill -9} does, and waits for it to be gone; processes that it started live on, as they would. */
    void kill9() throws InterruptedException {
        orphans.addAll(process.descendants().toList());
        process.destroyForcibly();
        awaitExit();
    }

    /** Sends SIGTERM and returns the exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        return awaitExit();
    }

    /** Waits for its end; returns the exit code, 137 when it was killed. */
    int awaitExit() throws InterruptedException {
        if (!process.waitFor(LONGEST_NS, TimeUnit.NANOSECONDS)) {
            throw new AssertionError("daemon does not end: pid=" + pid());
        }
        return process.exitValue();
    }

    boolean wasKilled() throws InterruptedException {
        return awaitExit() == KILLED;
    }

    /** Starts it again, on the same port and data directory, and without a wrapper: it is not hurt a second time. */
    void restart() throws IOException, InterruptedException {
        int from = output.all().size();
        launch(setting.wrapper(List.of()));
        awaitReady(from);
    }

    /** Returns a figure of {@code /proc/PID/status} such as VmRSS, in bytes. */
    long memoryBytes(String name) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
            String line = lines.filter(text -> text.startsWith(name + ":"))
                    .findFirst()
                    .orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
    }

    int openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid() + "/fd"))) {
            return (int) files.count();
        }
    }

    @Override
    public void close() {
        orphans.addAll(process.descendants().toList());
        process.destroyForcibly();
        orphans.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
    }

    private void launch(Setting how) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("serve", "--data-dir", how.dataDir().toString()));
        arguments.addAll(List.of("--port", Integer.toString(port)));
        if (!setting.hasHttp()) {
            arguments.addAll(List.of("--http-port", "off"));
        }
        if (how.config() != null) {
            arguments.addAll(List.of("--config", how.config().toString()));
        }
        List<String> command = new ArrayList<>(how.wrapper());
        command.addAll(command(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(how.environment());
        Process started = builder.start();
        process = started;
        output.begin();
        Thread.ofPlatform()
                .daemon()
                .name("daemon-log")
                .start(() -> output.read(started, () -> process.pid() == started.pid()));
    }

    private void awaitReady(int from) throws InterruptedException {
        try {
            output.await("ready data=", from, line -> line.startsWith("ready data="));
        } catch (AssertionError | InterruptedException e) {
            close();
            throw e;
        }
    }

    /** Returns the command that runs {@code penstock ARGUMENTS…} from the test's class path, with the script's JVM options. */
    static List<String> command(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions());
        command.addAll(ClassArchive.options());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Penstock.class.getName()));
        command.addAll(arguments);
        return command;
    }

    private static List<String> jvmOptions() throws IOException {
        List<String> options = Files.readAllLines(OPTIONS).stream()
                .filter(line -> line.startsWith("-"))
                .toList();
        assertThat(options).as("JVM options in " + OPTIONS).isNotEmpty();
        return options;
    }

    /**
     * A port below the kernel's ephemeral ones: between two lives of the daemon no client's own end takes it, and a client that connects to
     * it does not meet itself.
     */
    private static int freePort() {
        for (int port = 12_000 + (int) (ProcessHandle.current().pid() % 1000) * 10; port < 32_000; port++) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException _) {
                // taken by somebody else: the next one
            }
        }
        throw new AssertionError("no free port below 32000");
    }
}
