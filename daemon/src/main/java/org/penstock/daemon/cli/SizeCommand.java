package org.penstock.daemon.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.config.MemoryConfig;
import org.penstock.daemon.doctor.CodecRate;
import org.penstock.daemon.doctor.DiskRate;
import org.penstock.daemon.doctor.ReceiveRate;
import org.penstock.daemon.sizing.DetectorLoad;
import org.penstock.daemon.sizing.NodeSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code ./penstock size}: how large a node must be for its detectors. */
@Command(
        name = "size",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 120,
        description = {
            "Says what a node needs for its detectors, all at full speed at once: cores, memory, disk, network; and what of it this"
                    + " machine has. Cores are reckoned by what one core of this machine is measured to do, in about five seconds."
                    + " Memory is what the daemon gives each detector while the disk is silent for memory.bridge, by its own rule.",
            "Exit code 0: this machine is large enough. 1: it is not."
        },
        footer = {
            "",
            "@|bold Example|@",
            "  ./penstock size --detector 4M:u32:500Hz:13 --detector 1024x1024:u16:1kHz",
        })
@StandardOutput
public final class SizeCommand implements Callable<Integer> {
    private static final double HOUR_SECONDS = 3_600;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = "--detector",
            required = true,
            paramLabel = "PIXELS:TYPE:RATE[:RATIO]",
            converter = LoadConverter.class,
            description =
                    "A detector; may be repeated. Pixels are 4M, 2068x2162 or 4096; types u8 i8 u16 … f64; the ratio is that of"
                            + " uncompressed to stored, 4 when you do not say.")
    private List<DetectorLoad> detectors = List.of();

    @Option(names = "--config", paramLabel = "FILE", description = "As of serve, for data directory, codec and memory.")
    private @Nullable Path configFile;

    /** Reads a detector, and refuses what is none with what is expected. */
    static final class LoadConverter implements ITypeConverter<DetectorLoad> {
        @Override
        public DetectorLoad convert(String text) {
            try {
                return DetectorLoad.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("bad detector: expected=" + e.getMessage() + ", actual=" + text);
            }
        }
    }

    @Override
    public Integer call() throws IOException {
        DaemonConfig config = DaemonConfig.load(configFile);
        BridgedMemory bridged = BridgedMemory.of(detectors, config);
        PrintWriter out = spec.commandLine().getOut();
        bridged.print(out);
        out.flush();
        MemoryConfig memory = bridged.needed();
        Path folder = existing(config.storage().dataDir());
        DiskRate disk = DiskRate.of(folder);
        CodecRate codec = CodecRate.of(config.compression().codec());
        ReceiveRate receive = ReceiveRate.measure();
        NodeSize size = NodeSize.of(
                detectors,
                new NodeSize.CoreRates(codec.bytesPerSecond(), receive.bytesPerCpuSecond(), disk.bytesPerCpuSecond()),
                memory.slabBytes());
        out.printf(
                Locale.ROOT,
                "one core here encodes %.2f GB/s (%s), receives %.2f GB/s, writes %.2f GB/s%n",
                codec.bytesPerSecond() / 1e9,
                config.compression().codec().name(),
                receive.bytesPerCpuSecond() / 1e9,
                disk.bytesPerCpuSecond() / 1e9);
        boolean isEnough = compare(out, size, disk, Files.getFileStore(folder).getUsableSpace());
        out.println();
        out.println("# penstock.yaml; detectors say their rate (rate_hz of OPEN_STREAM)");
        out.println(memory.yaml());
        out.flush();
        return isEnough ? 0 : 1;
    }

    private boolean compare(PrintWriter out, NodeSize size, DiskRate disk, long freeBytes) {
        int cores = Runtime.getRuntime().availableProcessors();
        long memory = memoryBytes();
        boolean hasCores = cores >= size.cores();
        boolean hasMemory = memory >= size.memoryBytes();
        boolean hasDisk = disk.bytesPerSecond() * NodeSize.MOST_LOAD >= size.diskBytesPerSecond();
        out.printf(Locale.ROOT, "%-8s %10s %14s%n", "", "needed", "here");
        out.printf(Locale.ROOT, "%-8s %10d %14d%s%n", "cores", size.cores(), cores, tooLittle(hasCores));
        out.printf(
                Locale.ROOT,
                "%-8s %7d GiB %10d GiB%s%n",
                "memory",
                size.memoryBytes() >> 30,
                memory >> 30,
                tooLittle(hasMemory));
        out.printf(
                Locale.ROOT,
                "%-8s %6.2f GB/s %9.2f GB/s%s%n",
                "disk",
                size.diskBytesPerSecond() / NodeSize.MOST_LOAD / 1e9,
                disk.bytesPerSecond() / 1e9,
                tooLittle(hasDisk));
        out.printf(Locale.ROOT, "%-8s %6d Gb/s  (look at ethtool)%n", "network", size.networkGigabits());
        out.printf(
                Locale.ROOT,
                "%-8s %.1f TB an hour; what is free here is full in %.1f h%n",
                "room",
                size.diskBytesPerSecond() * HOUR_SECONDS / 1e12,
                freeBytes / size.diskBytesPerSecond() / HOUR_SECONDS);
        return hasCores && hasMemory && hasDisk;
    }

    private static String tooLittle(boolean isEnough) {
        return isEnough ? "" : "  TOO LITTLE";
    }

    private static long memoryBytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    private static Path existing(Path directory) {
        Path path = directory;
        while (path.getParent() != null && !Files.exists(path)) {
            path = path.getParent();
        }
        return path;
    }
}
