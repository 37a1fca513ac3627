package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;

/** The instruments themselves: a judge that cannot say no, or a tracer that misses a call, would prove nothing. */
final class FaultToolsIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 64L, 64L);
    private static final Pattern CALL = Pattern.compile("^\\d+ +(pwrite64|write|fsync|fdatasync|rename)\\(.*");
    private static final String COUNTS = """
            import sys
            sys.path.insert(0, sys.argv[1])
            import replay
            kinds = [record.kind for record in replay.read_traces(sys.argv[2:])]
            print(*(kinds.count(kind) for kind in (replay.WRITE, replay.SYNC, replay.RENAME)))
            """;

    @TempDir
    private Path folder;

    @BeforeAll
    static void readersMustBeThere() {
        AckJudge.assumeReaders();
    }

    @Test
    void shouldJudgeAsItsTestsSay() throws Exception {
        assertThat(unittest("")).endsWith("OK");
    }

    @Test
    void shouldReplayAsItsTestsSay() throws Exception {
        ForeignReader.assumeProgram("gcc");

        assertThat(unittest("powerloss")).endsWith("OK");
    }

    @Test
    void shouldTraceEveryCallThatStraceSees() throws Exception {
        ForeignReader.assumeProgram("gcc");
        Strace.assumeInstalled();
        Path data = folder.resolve("data");
        Path log = folder.resolve("strace");
        Tracer tracer = Tracer.of(folder, data);
        DaemonProcess.Setting setting = DaemonProcess.Setting.of(data)
                .wrapper(Strace.log(List.of("pwrite64,write,fsync,fdatasync,rename"), log));
        try (DaemonProcess daemon = DaemonProcess.start(tracer.in(setting));
                AckClient client = AckClient.start(
                        daemon.address(),
                        FRAMES.request("eiger", 50L).withFramesPerFile(20),
                        FRAMES,
                        folder.resolve("acks"))) {
            client.report();
            assertThat(daemon.terminate()).isZero();
        }

        String traced = traced(tracer);
        // strace is not a child of ours, and writes its log when it comes to it
        Await.until(
                "strace has seen what was traced, " + traced,
                () -> seen(log, data).equals(traced));
        assertThat(traced).as("writes, syncs, renames").matches("([5-9]\\d|\\d{3,}) [1-9]\\d* [1-9]\\d*");
    }

    private static String seen(Path log, Path data) throws IOException {
        List<String> calls = Files.readAllLines(log).stream()
                .filter(line -> line.contains(data.toString()))
                .filter(line -> !line.contains(" = -1 "))
                .map(CALL::matcher)
                .filter(call -> call.matches())
                .map(call -> call.group(1))
                .toList();
        long writes = calls.stream()
                .filter(call -> call.endsWith("write") || call.equals("pwrite64"))
                .count();
        long syncs = calls.stream().filter(call -> call.endsWith("sync")).count();
        long renames = calls.stream().filter(call -> call.equals("rename")).count();
        return writes + " " + syncs + " " + renames;
    }

    private String traced(Tracer tracer) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-B", "-c", COUNTS));
        command.add(AckJudge.SCRIPTS.resolve("powerloss").toString());
        command.addAll(tracer.files());
        return Tracer.run(command);
    }

    private static String unittest(String tests) throws Exception {
        Path where = AckJudge.SCRIPTS.resolve(tests);
        return Tracer.run(List.of(
                "/usr/bin/python3",
                "-B",
                "-m",
                "unittest",
                "discover",
                "-s",
                where.toString(),
                "-t",
                where.toString()));
    }
}
