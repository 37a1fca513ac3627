package org.penstock.daemon.nexus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;

/** Each case is a process of its own: what is to be shown is that it does not crash, not even when it exits. */
class DiskFullIT {
    private static final String FRAMES =
            "d = f['/entry_0000/ESRF_ID00/eiger/data']; print(len(d), (d[:-1] > 0).all(), (d[:-1] < 65535).all())";

    @TempDir
    Path folder;

    private Path disk;

    @BeforeEach
    void mountSmallDisk() throws IOException, InterruptedException {
        disk = Files.createDirectory(folder.resolve("disk"));
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assumptions.assumeTrue(mount.waitFor() == 0, "a small file system cannot be mounted here: " + said);
    }

    @AfterEach
    void unmountSmallDisk() throws IOException, InterruptedException {
        new ProcessBuilder("umount", disk.toString()).start().waitFor();
    }

    @Test
    void shouldKeepEarlierFramesWhenRoomIsMadeAfterAChunkFailed() throws IOException, InterruptedException {
        ForeignReader.assumePython("h5py");

        List<String> lines = run("chunk-ballast");

        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst())
                .startsWith("write NO_SPACE chunk not written: file=" + part())
                .contains("firstFrame=", "chunkBytes=8192", "No space left on device (errno 28)");
        assertThat(lines.get(1)).startsWith("again NO_SPACE file is poisoned").contains(part());
        assertThat(lines.getLast()).isEqualTo("end openObjects=0");
        assertThat(ForeignReader.h5py(Path.of(part()), FRAMES)).endsWith("True True");
    }

    @Test
    void shouldGiveUpTheIndexWhenThereIsNoRoomForIt() throws IOException, InterruptedException {
        List<String> lines = run("chunk");

        assertThat(lines).hasSize(4);
        assertThat(lines.get(2)).startsWith("close NO_SPACE index not written").contains(part());
        assertThat(lines.getLast()).isEqualTo("end openObjects=0");
        assertThat(Files.size(Path.of(part()))).isGreaterThan(100 * 8192);
    }

    @Test
    void shouldSealAfterRoomIsMade() throws IOException, InterruptedException {
        ForeignReader.assumePython("h5py");

        List<String> lines = run("seal-ballast");

        assertThat(lines.get(1)).startsWith("seal NO_SPACE file not flushed").contains(part());
        assertThat(lines.getLast()).isEqualTo("end openObjects=0");
        assertThat(ForeignReader.h5py(Path.of(part()), FRAMES + "; print('end_time' in f['entry_0000'])"))
                .isEqualTo("10 True True\nTrue");
    }

    @Test
    void shouldSurviveSealingWithoutRoom() throws IOException, InterruptedException {
        List<String> lines = run("seal");

        assertThat(lines.get(2)).startsWith("close NO_SPACE");
        assertThat(lines.getLast()).isEqualTo("end openObjects=0");
    }

    @Test
    void shouldLeaveNothingBehindWhenAFileCannotBeCreated() throws IOException, InterruptedException {
        List<String> lines = run("create");

        assertThat(lines.get(1)).startsWith("create NO_SPACE file not created: file=" + part());
        assertThat(lines.getLast()).isEqualTo("end openObjects=0");
        assertThat(Path.of(part())).doesNotExist();
    }

    @Test
    void shouldKeepMastersThatCannotBeReplaced() throws IOException, InterruptedException {
        ForeignReader.assumePython("h5py");

        List<String> lines = run("masters");

        assertThat(lines.get(1)).startsWith("scan NO_SPACE").contains("scan0001.h5");
        assertThat(lines.get(2)).startsWith("links NO_SPACE").contains("links.h5");
        assertThat(lines.getLast()).isEqualTo("end openObjects=0");
        assertThat(disk).isDirectoryNotContaining("glob:**/.*.tmp-*");
        assertThat(ForeignReader.h5py(disk.resolve("links.h5"), "print(list(f))"))
                .isEqualTo("['1.1']");
    }

    private String part() {
        return disk.resolve("eiger_0000.h5").toString();
    }

    private List<String> run(String scenario) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullDisk.class.getName(),
                        scenario,
                        disk.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines()
                .filter(line -> line.startsWith(FullDisk.MARK))
                .map(line -> line.substring(FullDisk.MARK.length()))
                .toList();
    }
}
