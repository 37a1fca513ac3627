package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;

/** Groups and modes of all that a scan leaves behind, as {@code stat} sees them. */
@Timeout(180)
final class OwnershipIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 128L, 128L);
    private static final int COUNT = 40;
    private static final int REFUSED = 78;

    /** What is the daemon's own, and no scan's. */
    private static final List<String> OWN = List.of("", ".penstock.lock", ".penstock/reports", ".penstock/scans");

    @TempDir
    private Path folder;

    @BeforeAll
    static void toolsMustBeThere() {
        AckJudge.assumeReaders();
        ForeignReader.assumeProgram("stat");
    }

    /** Without set-group-id on folders no file inherits the group from one that has it. */
    @ParameterizedTest
    @ValueSource(strings = {"750", "2750"})
    void shouldGiveEverythingToTheGroup(String dirMode) throws Exception {
        String group = assumeAnotherGroup();
        OpenStream request = FRAMES.request("eiger", (long) COUNT).toBuilder()
                .framesPerFile(10L)
                .build();
        DaemonProcess.Setting setting = setting(dirMode, group);
        try (DaemonProcess daemon = DaemonProcess.start(setting);
                AckClient client =
                        AckClient.startUpTo(daemon.address(), request, FRAMES, COUNT - 5, folder.resolve("acks"))) {
            client.awaitWritten(COUNT - 5);
            daemon.kill9();
            List<String> running = stat(folder.resolve("journals"));
            assertThat(running)
                    .as("their folder, the journal of the scan and that of its open part")
                    .hasSizeGreaterThanOrEqualTo(3);
            assertOwned(running, dirMode, group);
            assertOwned(stat(setting.dataDir()), dirMode, group);

            daemon.restart();
            client.release();
            client.report();
            daemon.awaitLog("part is made of its sources");
            daemon.terminate();
        }

        List<String> ended = stat(setting.dataDir());
        assertThat(ended)
                .as("parts, what the crash left of one, masters")
                .anyMatch(line -> line.endsWith("eiger_0003.h5"))
                .anyMatch(line -> line.endsWith(".crashed"))
                .anyMatch(line -> line.endsWith("scan0001.h5"))
                .anyMatch(line -> line.endsWith("sample_0001.h5"));
        assertOwned(ended, dirMode, group);
        assertThat(stat(setting.dataDir(), "%G", "")).as("made by the daemon").containsExactly(group);
    }

    @Test
    void shouldRefuseToStartWhereItMayNotGiveFilesToTheGroup() throws Exception {
        boolean isRoot = id("-u").equals("0");
        String group = isRoot ? "games" : "root";
        DaemonProcess.Setting setting = setting("750", group);
        if (isRoot) {
            ForeignReader.assumeProgram("setpriv");
            setting = setting.wrapper(
                    List.of("setpriv", "--bounding-set", "-chown", "--inh-caps", "-chown", "--clear-groups"));
        }
        try (DaemonProcess daemon = DaemonProcess.startDoomed(setting)) {
            assertThat(daemon.awaitExit()).as("%s", daemon.log()).isEqualTo(REFUSED);

            daemon.awaitLog(
                    "files cannot be given to the group: storage.group=" + group + ", folder=" + setting.dataDir());
        }
        try (Stream<Path> left = Files.list(setting.dataDir())) {
            assertThat(left).isEmpty();
        }
    }

    private DaemonProcess.Setting setting(String dirMode, String group) throws IOException {
        return DaemonProcess.Setting.of(folder.resolve("data"))
                .config("storage:\n  file_mode: \"0640\"\n  dir_mode: \"" + dirMode + "\"\n  journal_dir: "
                        + folder.resolve("journals") + "\n  group: " + group + "\n");
    }

    private static void assertOwned(List<String> lines, String dirMode, String group) {
        assertThat(lines)
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line)
                        .matches("(directory " + dirMode + "|regular( empty)? file 640|symbolic link \\d+) .+")
                        .matches("symbolic link .+|.+ " + group + " .+"));
    }

    /** Returns kind, mode, group and name of what lies below, but for what is no scan's. */
    private static List<String> stat(Path root) throws Exception {
        List<String> names;
        try (Stream<Path> files = Files.walk(root)) {
            names = files.map(file -> root.relativize(file).toString())
                    .filter(name -> OWN.stream().noneMatch(own -> name.equals(own) || isBelow(name, own)))
                    .toList();
        }
        return stat(root, "%F %a %G %n", names.toArray(String[]::new));
    }

    private static boolean isBelow(String name, String own) {
        return !own.isEmpty() && name.startsWith(own + "/");
    }

    private static List<String> stat(Path root, String format, String... names) throws Exception {
        List<String> command = new ArrayList<>(List.of("stat", "-c", format, "--"));
        for (String name : names) {
            command.add(root.resolve(name).toString());
        }
        return output(command).lines().toList();
    }

    /** Returns a group that is not the one that files get by themselves, and that this user may give. */
    private static String assumeAnotherGroup() throws Exception {
        String own = id("-gn");
        List<String> groups = new ArrayList<>(List.of(id("-Gn").split(" ", -1)));
        if (id("-u").equals("0")) {
            groups.addAll(List.of("games", "daemon"));
        }
        groups.remove(own);
        assumeTrue(!groups.isEmpty(), "the user is in no group but " + own + ": there is none to give");
        return groups.getLast();
    }

    private static String id(String option) throws Exception {
        return output(List.of("id", option)).strip();
    }

    private static String output(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
        return said;
    }
}
