package org.penstock.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.doctor.Finding.Grade;

/** Machines that are made up. */
final class MachineChecksTest {
    @TempDir
    private Path root;

    private final MachineChecks checks() {
        return new MachineChecks(new Host(root), DaemonConfig.defaults());
    }

    private void say(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }

    @Test
    void shouldFindAGovernorThatSavesPower() throws Exception {
        say("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance");
        say("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave");

        Finding finding = checks().governor();

        assertThat(finding.grade()).isEqualTo(Grade.COSTLY);
        assertThat(finding.found()).isEqualTo("performance, powersave");
        assertThat(finding.remedy()).isEqualTo("cpupower frequency-set -g performance");
    }

    @Test
    void shouldBeContentWithAGovernorThatDoesNot() throws Exception {
        say("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance");

        assertThat(checks().governor().grade()).isEqualTo(Grade.GOOD);
    }

    @Test
    void shouldNotKnowWhatTheKernelDoesNotSay() {
        assertThat(checks().governor().grade()).isEqualTo(Grade.UNKNOWN);
        assertThat(checks().hugePages().grade()).isEqualTo(Grade.UNKNOWN);
        assertThat(checks().memory().grade()).isEqualTo(Grade.UNKNOWN);
    }

    @Test
    void shouldFindMemoryThatIsNotThere() throws Exception {
        say("proc/meminfo", "MemTotal:       16000000 kB\nMemAvailable:     500000 kB\nSwapTotal:             0 kB");

        assertThat(checks().memory().grade()).isEqualTo(Grade.WRONG);
        assertThat(checks().memory().found()).startsWith("512 MB available, ");
        assertThat(checks().swap().grade()).isEqualTo(Grade.GOOD);
    }

    @Test
    void shouldFindSwapThatTheKernelLikesToUse() throws Exception {
        say("proc/meminfo", "SwapTotal:       8000000 kB");
        say("proc/sys/vm/swappiness", "60");

        Finding finding = checks().swap();

        assertThat(finding.grade()).isEqualTo(Grade.COSTLY);
        assertThat(finding.found()).isEqualTo("8.2 GB of swap, vm.swappiness=60");
        assertThat(finding.remedy()).contains("90-penstock.conf");
    }

    @Test
    void shouldFindHugePagesThatNobodyGets() throws Exception {
        say("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]");

        assertThat(checks().hugePages().grade()).isEqualTo(Grade.COSTLY);
    }

    @Test
    void shouldFindSmallWindowsAndLateWriteBack() throws Exception {
        say("proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456");
        say("proc/meminfo", "MemTotal:       64000000 kB");
        say("proc/sys/vm/dirty_background_bytes", "0");
        say("proc/sys/vm/dirty_background_ratio", "10");

        assertThat(checks().socketBuffers().found()).isEqualTo("net.ipv4.tcp_rmem grows to 6.3 MB");
        assertThat(checks().socketBuffers().grade()).isEqualTo(Grade.COSTLY);
        assertThat(checks().writeBack().found()).startsWith("begins at 6.6 GB");
        assertThat(checks().writeBack().grade()).isEqualTo(Grade.COSTLY);
    }

    @Test
    void shouldFindLimitsThatManyStreamsBreak() throws Exception {
        say("proc/self/limits", """
                Limit   Soft Limit   Hard Limit   Units
                Max open files   1024   4096   files
                Max file size   unlimited   unlimited   bytes
                """);

        Finding finding = checks().limits();

        assertThat(finding.grade()).isEqualTo(Grade.WRONG);
        assertThat(finding.found()).isEqualTo("open files: 1024, needed 1472");
        assertThat(finding.remedy()).startsWith("ulimit -n 1472");
    }

    @Test
    void shouldSayWhereAProcessMayRunOnTwoSockets() throws Exception {
        Files.createDirectories(root.resolve("sys/devices/system/node/node0"));
        Files.createDirectories(root.resolve("sys/devices/system/node/node1"));
        say("proc/self/status", "Name: java\nMems_allowed_list:\t0-1");

        assertThat(checks().numa().grade()).isEqualTo(Grade.COSTLY);

        say("proc/self/status", "Name: java\nMems_allowed_list:\t1");

        assertThat(checks().numa().grade()).isEqualTo(Grade.GOOD);
    }
}
