package org.penstock.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.doctor.Finding.Grade;

final class DirectoryChecksTest {
    @TempDir
    private Path root;

    @TempDir
    private Path data;

    private DirectoryChecks checks() {
        return new DirectoryChecks(
                new Host(root), DaemonConfig.defaults().withDataDir(data), "data", data.resolve("made/later"));
    }

    @ParameterizedTest
    @CsvSource({
        "rw, ext4, rw, GOOD",
        "ro, ext4, rw, WRONG",
        "rw, ext4, 'rw,sync', COSTLY",
        "rw, tmpfs, rw, COSTLY",
    })
    void shouldJudgeHowTheFileSystemIsMounted(String options, String type, String superOptions, Grade grade)
            throws Exception {
        mount(options, type, superOptions);

        Finding finding = checks().fileSystem();

        assertThat(finding.grade()).as(finding.toString()).isEqualTo(grade);
        assertThat(finding.found()).contains(" is on " + type + ", mounted at " + data.toRealPath());
    }

    private void mount(String options, String type, String superOptions) throws IOException {
        Files.createDirectories(root.resolve("proc/self"));
        Files.writeString(
                root.resolve("proc/self/mountinfo"), """
                22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
                36 22 0:31 / %s %s shared:2 - %s server:/export %s
                """.formatted(data.toRealPath(), options, type, superOptions));
    }

    @Test
    void shouldFindTheLongestMountAndTheLastOfTwo() {
        String mounts = """
                22 1 8:2 / / rw - ext4 /dev/sda2 rw
                36 22 0:31 / /data rw,noatime shared:2 - nfs4 server:/export rw,hard,vers=4.2
                37 22 0:32 / /data rw - xfs /dev/sdb rw
                38 22 0:33 / /data\\040old rw - tmpfs none rw
                not a mount
                """;

        assertThat(Objects.requireNonNull(Mount.of(Path.of("/data/visitor"), mounts))
                        .type())
                .isEqualTo("xfs");
        assertThat(Objects.requireNonNull(Mount.of(Path.of("/database"), mounts))
                        .type())
                .isEqualTo("ext4");
        assertThat(Objects.requireNonNull(Mount.of(Path.of("/data old"), mounts))
                        .type())
                .isEqualTo("tmpfs");
        assertThat(Objects.requireNonNull(Mount.of(Path.of("/"), mounts)).options())
                .isEqualTo(List.of("rw"));
    }

    @Test
    void shouldFindThatEverybodyMayWrite() throws Exception {
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));

        Finding finding = checks().access();

        assertThat(finding.grade()).isEqualTo(Grade.COSTLY);
        assertThat(finding.found()).contains("everybody may write in " + data.toRealPath());
        assertThat(finding.remedy()).startsWith("chmod g-w,o-w " + data.toRealPath());
    }

    @Test
    void shouldMeasureHowFastItWritesAndLeaveNothing() throws Exception {
        Finding finding = checks().writeRate();

        assertThat(finding.found()).matches("\\d+(\\.\\d)? [kMG]?B/s, written and synced");
        assertThat(data).isEmptyDirectory();
    }
}
