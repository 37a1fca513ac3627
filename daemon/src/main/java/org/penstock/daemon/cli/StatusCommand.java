package org.penstock.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.client.ControlConnection;
import org.penstock.protocol.client.Endpoint;
import org.penstock.protocol.client.PenstockClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./penstock status}: what an operator wants to know, on one screen. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 120,
        description = {
            "Asks a daemon how it is: scans, detectors, rates, how far writing lags behind, when the disk is full.",
            "Rates are those of the second before. Exit code 0: it answers. 1: it does not."
        })
@StandardOutput
public final class StatusCommand implements Callable<Integer> {
    private static final long SECOND_MS = 1_000;
    private static final String HOME_AND_CLEAR = "\u001b[H\u001b[2J";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(names = "--to", paramLabel = "HOST:PORT", description = "The daemon; default: ${DEFAULT-VALUE}.")
    private String to = "127.0.0.1:9700";

    @Mixin
    private TlsOptions tls = new TlsOptions();

    @Option(names = "--watch", description = "Again every second, until ctrl-C or the daemon is gone.")
    private boolean isWatching;

    @Option(names = "--json", description = "The daemon's answer as it is, with rates, one JSON object a line.")
    private boolean isJson;

    @Override
    public Integer call() throws InterruptedException {
        Endpoint daemon = tls.at(DaemonAddress.parse(spec, to));
        try (ControlConnection connection = PenstockClient.control(daemon)) {
            JsonNode before = connection.status();
            do {
                TimeUnit.MILLISECONDS.sleep(SECOND_MS);
                JsonNode now = connection.status();
                show(StatusScreen.of(before, now));
                before = now;
            } while (isWatching);
            return 0;
        } catch (ProtocolException e) {
            throw new CommandFailure("refused by the daemon: " + e.code().wireName() + ": " + e.getMessage(), e);
        } catch (SSLException e) {
            throw TlsOptions.failed(to, e);
        } catch (FileSystemException e) {
            throw PlaceProblem.ofToken(e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "no daemon answers: to=" + to + ", problem=" + e.getMessage()
                            + "; is it running? systemctl status penstockd",
                    e);
        }
    }

    private void show(StatusScreen screen) {
        PrintWriter out = spec.commandLine().getOut();
        if (isJson) {
            ObjectNode answer = screen.answer().deepCopy();
            answer.set("rates", screen.rates());
            out.println(answer);
        } else {
            out.print(isWatching && SendProgress.isTerminal() ? HOME_AND_CLEAR : "");
            screen.lines(to).forEach(out::println);
        }
        out.flush();
    }
}
