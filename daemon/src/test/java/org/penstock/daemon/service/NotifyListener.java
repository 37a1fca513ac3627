package org.penstock.daemon.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.penstock.daemon.hdf5.ForeignReader;

/**
 * A service manager in Python, {@code src/it/notify_listener.py}, that writes down what it is told.
 *
 * <p><b>Threading:</b> confined to the test's thread.
 */
public final class NotifyListener implements AutoCloseable {
    private static final Path SCRIPT =
            Path.of(System.getProperty("penstock.root", ".."), "src", "it", "notify_listener.py");
    private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(60);

    private final Process process;
    private final BlockingQueue<JsonNode> arriving = new LinkedBlockingQueue<>();

    /** One message. */
    public record Message(double atSeconds, JsonNode sent, JsonNode connected) {
        public boolean has(String assignment) {
            String[] parts = assignment.split("=", 2);
            return sent.path(parts[0]).asText().equals(parts[1]);
        }

        public boolean hasKey(String key) {
            return sent.has(key);
        }
    }

    private NotifyListener(Process process) {
        this.process = process;
    }

    /** Listens at a path, or at {@code @name}; skips the test without Python. */
    public static NotifyListener at(String name) throws Exception {
        ForeignReader.assumePython("socket");
        NotifyListener listener = new NotifyListener(new ProcessBuilder("/usr/bin/python3", SCRIPT.toString(), name)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        Thread.ofPlatform().daemon().name("notify-listener").start(listener::read);
        listener.next(line -> line.has("listening"));
        return listener;
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                arriving.add(new ObjectMapper().readTree(line));
            }
        } catch (IOException e) {
            throw new AssertionError("listener not understood", e);
        }
    }

    /** Says which port the daemon is to accept on when it says READY. */
    public void expectPort(int port) throws IOException {
        Writer writer = process.outputWriter();
        writer.write(port + "\n");
        writer.flush();
    }

    /** Waits for the next message that is so; forgets those before it. */
    public Message await(Predicate<Message> isIt) throws InterruptedException {
        return message(next(line -> line.has("sent") && isIt.test(message(line))));
    }

    /** Returns what has come since the last message that was waited for, and what comes within so many seconds. */
    public List<Message> during(double seconds) throws InterruptedException {
        List<Message> all = new ArrayList<>();
        long endNs = System.nanoTime() + (long) (seconds * 1e9);
        for (long leftNs = endNs - System.nanoTime(); leftNs > 0; leftNs = endNs - System.nanoTime()) {
            JsonNode line = arriving.poll(leftNs, TimeUnit.NANOSECONDS);
            if (line != null) {
                all.add(message(line));
            }
        }
        return all;
    }

    private JsonNode next(Predicate<JsonNode> isIt) throws InterruptedException {
        List<JsonNode> passed = new ArrayList<>();
        long endNs = System.nanoTime() + LONGEST_NS;
        while (true) {
            JsonNode line = arriving.poll(endNs - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new AssertionError("not heard; heard: " + passed);
            }
            if (isIt.test(line)) {
                return line;
            }
            passed.add(line);
        }
    }

    private static Message message(JsonNode line) {
        return new Message(line.path("at").asDouble(), line.path("sent"), line.path("connected"));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
