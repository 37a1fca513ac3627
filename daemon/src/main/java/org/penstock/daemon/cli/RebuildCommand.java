package org.penstock.daemon.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.process.SignOfLife;
import org.penstock.daemon.scan.RebuildProcess;
import org.penstock.daemon.storage.PartRebuild;
import org.penstock.daemon.storage.RebuildJob;
import org.penstock.daemon.storage.RebuildResult;
import org.penstock.protocol.JsonBody;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What {@link RebuildProcess} starts: one job comes in, one result goes out. Not for people. */
@Command(
        name = RebuildProcess.COMMAND,
        hidden = true,
        description = "Makes one part file of its sources; reads a job from standard input. Started by the daemon.")
@StandardOutput
public final class RebuildCommand implements Callable<Integer> {
    private static final int ABANDONED = 3;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = Objects.requireNonNullElse(input.readLine(), "");
        RebuildJob job = JsonBody.readStrict(line.getBytes(StandardCharsets.UTF_8), RebuildJob.class);
        Thread.ofPlatform().daemon().name("parent").start(() -> endWith(input));
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        RebuildResult result = PartRebuild.run(job, SignOfLife.on(out)::progress);
        out.println(JsonBody.text(result));
        out.flush();
        return result.problem() == null ? 0 : 1;
    }

    /** A daemon that was killed leaves its children: the next one begins the job anew, and must not be overtaken by this one. */
    private static void endWith(BufferedReader parent) {
        try {
            while (parent.readLine() != null) {
                // nothing more is said
            }
        } catch (IOException _) {
            // the same
        }
        Runtime.getRuntime().halt(ABANDONED);
    }
}
