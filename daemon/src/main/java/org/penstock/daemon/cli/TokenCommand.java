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
        usageHelpWidth = 120,
        description = {
            "Makes a token of 256 random bits and prints its line for the daemon's file of tokens.",
            "",
            "There are two kinds of files. The daemon's (security.token_file) has a line for each holder: NAME ROLES TOKEN, as it is printed"
                    + " here. A client's (PENSTOCK_TOKEN_FILE, --token-file) holds the token alone, the last word of such a line, and neither"
                    + " name nor roles."
        },
        footer = {
            "",
            "@|bold Example|@, for the daemon, then for the client",
            "  (umask 077; ./penstock token eiger ingest:eiger >> /etc/penstock/tokens)",
            "  (umask 077; awk '$1 == \"eiger\" {print $3}' /etc/penstock/tokens > eiger.token)",
            "  PENSTOCK_TOKEN_FILE=eiger.token ./penstock send --detector eiger frames.npy"
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
