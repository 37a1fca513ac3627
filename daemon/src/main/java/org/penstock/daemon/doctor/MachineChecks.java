package org.penstock.daemon.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.doctor.ffi.ClockState;

/**
 * Processor, memory, kernel settings and limits.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class MachineChecks {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final long HEAP_BYTES = GIB;
    private static final long LEAST_WINDOW_BYTES = 16 * MIB;
    private static final long MOST_DIRTY_BYTES = GIB;
    private static final int FILES_PER_PART = 3;
    private static final int OTHER_FILES = 512;
    private static final String SYSCTL =
            "cp systemd/sysctl.d/90-penstock.conf /etc/sysctl.d/ && systemctl restart systemd-sysctl";

    private final Host host;
    private final DaemonConfig config;

    MachineChecks(Host host, DaemonConfig config) {
        this.host = host;
        this.config = config;
    }

    Finding processor() {
        String flags = " " + line("proc/cpuinfo", "flags") + " ";
        int cores = Runtime.getRuntime().availableProcessors();
        String found = line("proc/cpuinfo", "model name").strip() + ", " + cores + " cores for this process";
        if (!flags.contains(" avx2 ")) {
            return Finding.costly(
                    "processor",
                    found + ", without AVX2",
                    "bitshuffle + LZ4 runs at a fraction of its rate",
                    "use another node; in a virtual machine, let the host's processor through (cpu: host)");
        }
        return Finding.good("processor", found + (flags.contains(" avx512bw ") ? ", AVX-512" : ", AVX2"));
    }

    Finding governor() {
        Set<String> governors = new TreeSet<>();
        for (Path cpu : host.list("sys/devices/system/cpu", "cpu[0-9]*")) {
            String governor = host.text(host.root().relativize(cpu) + "/cpufreq/scaling_governor");
            if (governor != null) {
                governors.add(governor);
            }
        }
        if (governors.isEmpty()) {
            return Finding.unknown("cpu governor", "the kernel does not say (a virtual machine, as a rule)");
        }
        boolean isFast = governors.equals(Set.of("performance"));
        return isFast
                ? Finding.good("cpu governor", "performance")
                : Finding.costly(
                        "cpu governor",
                        String.join(", ", governors),
                        "a core that was idle needs some milliseconds to be fast: frames wait at the begin of bursts",
                        "cpupower frequency-set -g performance");
    }

    Finding numa() {
        int nodes = host.list("sys/devices/system/node", "node[0-9]*").size();
        if (nodes <= 1) {
            return Finding.good("numa", "one node");
        }
        String policy = line("proc/self/status", "Mems_allowed_list").strip();
        boolean isBound = policy.matches("\\d+");
        return isBound
                ? Finding.good("numa", nodes + " nodes, this process is bound to node " + policy)
                : Finding.costly(
                        "numa",
                        nodes + " nodes, and this process may run on all of them",
                        "frames that cross between sockets cost a third of the memory's rate",
                        "edit systemd/penstockd.service.d/high-rate-numa.conf and copy it to"
                                + " /etc/systemd/system/penstockd.service.d/");
    }

    Finding memory() {
        OptionalLong available = host.memoryBytes("MemAvailable");
        if (available.isEmpty()) {
            return Finding.unknown("memory", "/proc/meminfo cannot be read");
        }
        long needed = config.memory().slabBytes() + HEAP_BYTES;
        String found =
                Size.of(available.getAsLong()) + " available, memory.slab_bytes and Java need " + Size.of(needed);
        return available.getAsLong() >= needed
                ? Finding.good("memory", found)
                : Finding.wrong(
                        "memory",
                        found,
                        "the kernel ends the daemon, or others, when frames fill the slab",
                        "lower memory.slab_bytes, or end what else runs here");
    }

    Finding swap() {
        OptionalLong swap = host.memoryBytes("SwapTotal");
        long swappiness = host.number("proc/sys/vm/swappiness", 0).orElse(60);
        String locked = limit("Max locked memory");
        if (swap.orElse(0) == 0) {
            return Finding.good("memory lock", "no swap: frames stay in memory (RLIMIT_MEMLOCK " + locked + ")");
        }
        String found = Size.of(swap.getAsLong()) + " of swap, vm.swappiness=" + swappiness;
        return swappiness <= 1
                ? Finding.good("memory lock", found + ": frames are swapped out only when there is no other way")
                : Finding.costly(
                        "memory lock",
                        found,
                        "frames may be swapped out, and come back after milliseconds; the unit forbids it (MemorySwapMax=0),"
                                + " a daemon started by hand is not protected",
                        SYSCTL);
    }

    Finding hugePages() {
        String enabled = host.chosen("sys/kernel/mm/transparent_hugepage/enabled");
        if (enabled == null) {
            return Finding.unknown("huge pages", "the kernel has no transparent huge pages");
        }
        return enabled.equals("never")
                ? Finding.costly(
                        "huge pages",
                        "never",
                        "a frame of 16 MiB is 4096 small pages: some percent of the encoder's rate",
                        "cp systemd/tmpfiles.d/penstock-high-rate.conf /etc/tmpfiles.d/ && systemd-tmpfiles --create")
                : Finding.good("huge pages", enabled + ": the slab gets them");
    }

    Finding socketBuffers() {
        OptionalLong most = host.number("proc/sys/net/ipv4/tcp_rmem", 2);
        if (most.isEmpty()) {
            return Finding.unknown("socket buffers", "net.ipv4.tcp_rmem cannot be read");
        }
        String found = "net.ipv4.tcp_rmem grows to " + Size.of(most.getAsLong());
        return most.getAsLong() >= LEAST_WINDOW_BYTES
                ? Finding.good("socket buffers", found)
                : Finding.costly(
                        "socket buffers",
                        found,
                        "a detector behind a link of 10 Gbit/s and 1 ms, or faster, does not reach its rate on one connection",
                        SYSCTL);
    }

    Finding writeBack() {
        long bytes = host.number("proc/sys/vm/dirty_background_bytes", 0).orElse(0);
        long ratio = host.number("proc/sys/vm/dirty_background_ratio", 0).orElse(10);
        long from = bytes > 0 ? bytes : host.memoryBytes("MemTotal").orElse(0) * ratio / 100;
        String found = "begins at " + Size.of(from);
        return from <= MOST_DIRTY_BYTES
                ? Finding.good("write-back", found)
                : Finding.costly(
                        "write-back",
                        found + " of written bytes",
                        "the disk is idle first and swamped later: writing stalls for seconds",
                        SYSCTL);
    }

    Finding limits() {
        List<String> few = new ArrayList<>();
        int needed = config.limits().streams() * config.storage().openParts() * FILES_PER_PART
                + config.network().maxConnections()
                + (config.http().port() == null ? 0 : config.http().maxConnections())
                + OTHER_FILES;
        String files = limit("Max open files");
        if (isLess(files, needed)) {
            few.add("open files: " + files + ", needed " + needed);
        }
        String fileSize = limit("Max file size");
        if (isLess(fileSize, config.storage().partBytesMax())) {
            few.add("file size: " + fileSize + ", needed " + config.storage().partBytesMax());
        }
        return few.isEmpty()
                ? Finding.good("limits", files + " open files, file size " + fileSize)
                : Finding.wrong(
                        "limits",
                        String.join("; ", few),
                        "streams fail when many run",
                        "ulimit -n " + needed + "; under systemd the unit sets LimitNOFILE=65536");
    }

    Finding clock() {
        ClockState state = ClockState.read();
        if (state == ClockState.UNKNOWN) {
            return Finding.unknown("clock", "the kernel does not say whether it is synchronised");
        }
        return state == ClockState.SYNCHRONISED
                ? Finding.good("clock", "synchronised")
                : Finding.costly(
                        "clock",
                        "not synchronised",
                        "times in files and those of detectors and motors drift apart; waits are not affected",
                        "apt-get install chrony, or timedatectl set-ntp true");
    }

    /** Returns what a limit of this process is, {@code unlimited} or a number. */
    private String limit(String name) {
        String text = host.text("proc/self/limits");
        Matcher line = Pattern.compile("(?m)^" + name + "\\s+(\\S+)").matcher(text == null ? "" : text);
        return line.find() ? line.group(1) : "unknown";
    }

    private static boolean isLess(String limit, long needed) {
        return limit.matches("\\d{1,18}") && Long.parseLong(limit) < needed;
    }

    private String line(String file, String key) {
        String text = host.text(file);
        Matcher line = Pattern.compile("(?m)^" + key + "\\s*:(.*)$").matcher(text == null ? "" : text);
        return line.find() ? line.group(1) : "unknown";
    }
}
