package org.penstock.protocol.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The token of this process: in the file that the environment's {@value #VARIABLE} names, so that it is in no argument. Read for each connection: a token
 * may be replaced.
 *
 * <p><b>Threading:</b> any thread.
 */
final class ClientToken {
    static final String VARIABLE = "PENSTOCK_TOKEN_FILE";

    private ClientToken() {}

    /** Returns the token, or null where none is named. */
    static @Nullable String read() throws IOException {
        String file = System.getenv(VARIABLE);
        return file == null || file.isEmpty()
                ? null
                : Files.readString(Path.of(file)).strip();
    }
}
