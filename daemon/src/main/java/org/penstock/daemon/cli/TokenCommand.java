package org.penstock.daemon.cli;

import java.security.SecureRandom;
import java.util.Base64;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./penstock token}: a line for the daemon's file of tokens. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Makes a token of 256 random bits and prints its line for security.token_file.",
        footer = {"", "@|bold Example|@", "  (umask 077; ./penstock token bliss operate,ingest >> /etc/penstock/tokens)"
        })
@StandardOutput
public final class TokenCommand implements Runnable {
    private static final int BYTES = 32;

    @Parameters(index = "0", paramLabel = "NAME", description = "Who will hold it, for the log.")
    private String name = "";

    @Parameters(
            index = "1",
            paramLabel = "ROLES",
            description = "read, ingest, ingest:DETECTOR, operate, admin; commas between them.")
    private String roles = "";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Override
    public void run() {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        spec.commandLine()
                .getOut()
                .println(name + " " + roles + " "
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }
}
