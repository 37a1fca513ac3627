package org.penstock.protocol.client;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The token of a client: alone in a file, so that it is in no argument. Not the daemon's file, which has a line for each holder.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class ClientToken {
    static final String VARIABLE = "PENSTOCK_TOKEN_FILE";

    private ClientToken() {}

    /** Returns the token of this process, in the file that the environment's {@value #VARIABLE} names, or null. Read for each connection: it may be replaced. */
    static @Nullable String read() throws IOException {
        String file = System.getenv(VARIABLE);
        return file == null || file.isEmpty() ? null : readFrom(Path.of(file));
    }

    /**
     * Returns the token that is alone in a file.
     *
     * @throws FileSystemException when there is more in it, or nothing; never with a token in it
     */
    public static String readFrom(Path file) throws IOException {
        String token = Files.readString(file).strip();
        int words = token.isEmpty() ? 0 : token.split("\\s+", -1).length;
        if (words != 1) {
            throw new FileSystemException(
                    file.toString(),
                    null,
                    "not a client's token file: expected=the token alone, actual=" + words
                            + " words; the daemon's own file (security.token_file) has lines NAME ROLES TOKEN: a client's file holds the"
                            + " last word of one");
        }
        return token;
    }
}
