package org.penstock.daemon.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.verify.Verification;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./penstock verify}: proves files by the checksums that are kept in them. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 120,
        description = {
            "Reads files again and proves them: every chunk against the checksum of when it was written, every frame, decoded, against"
                    + " the checksum that its sender made. Follows virtual datasets and links. Writes nothing.",
            "One line on standard error for each problem; the last line of standard output is one JSON object.",
            "Exit code 0: all good. 1: can be read, what is lost or unfinished is named. 2: something could not be read."
        },
        footer = {
            "",
            "@|bold Examples|@",
            "  ./penstock verify data/id002611/id00/20261101/RAW_DATA/lysozyme",
            "  ./penstock verify scan0001/eiger_0000.h5 scan0001/scan0001.h5",
        })
@StandardOutput
public final class VerifyCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE|DIR", description = "Files, or folders: then every .h5 file below.")
    private List<Path> paths = List.of();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The daemon's configuration, for storage.journal_dir: unfinished scans whose journals lie there are"
                            + " told too.")
    private @Nullable Path configFile;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter errors = spec.commandLine().getErr();
        Path journalDir = DaemonConfig.load(configFile).storage().journalDir();
        try {
            Verification.Result result = Verification.run(paths, journalDir, errors::println);
            errors.flush();
            out.println(result.json());
            out.flush();
            return result.exitCode();
        } catch (IOException e) {
            errors.println("verify: files cannot be read: problem=" + e.getMessage());
            return Verification.FAILED;
        }
    }
}
