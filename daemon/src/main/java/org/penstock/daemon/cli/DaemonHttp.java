package org.penstock.daemon.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.client.ClientToken;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Where a command finds the daemon's HTTP port, and what it asks there.
 *
 * <p><b>Threading:</b> confined to its command.
 */
final class DaemonHttp {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(11);
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--daemon",
            paramLabel = "HOST:PORT",
            defaultValue = "${PENSTOCK_HTTP:-127.0.0.1:8787}",
            description = "The daemon's HTTP port; default: ${DEFAULT-VALUE} (environment: PENSTOCK_HTTP).")
    private String address = "";

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            defaultValue = "${PENSTOCK_TOKEN_FILE}",
            description =
                    "File that holds the token alone, where the daemon asks for one; not the daemon's file with names and roles (environment: PENSTOCK_TOKEN_FILE).")
    private @Nullable Path tokenFile;

    @Mixin
    private TlsOptions tls = new TlsOptions();

    /** Asks, and returns the answer's JSON; a problem becomes a failure that names its fields. */
    JsonNode call(String method, String path, @Nullable JsonNode body) {
        HttpRequest.Builder request = request(path).timeout(LONGEST);
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json").method(method, BodyPublishers.ofString(body.toString()));
        }
        HttpResponse<String> response = send(request, BodyHandlers.ofString());
        JsonNode answer = json(response.body());
        if (response.statusCode() >= 400) {
            throw new CommandFailure(problem(answer));
        }
        return answer;
    }

    /** Listens to events, line by line, until the daemon ends them; what is returned is to be closed. */
    Stream<String> listen(String path) {
        // not closed here: that waits until all events are read
        HttpClient client = client();
        HttpResponse<Stream<String>> response =
                send(client, request(path).header("Accept", "text/event-stream"), BodyHandlers.ofLines());
        if (response.statusCode() >= 400) {
            throw new CommandFailure(
                    problem(json(String.join("", response.body().toList()))));
        }
        return response.body().onClose(client::shutdownNow);
    }

    private HttpRequest.Builder request(String path) {
        String scheme = tls.context() == null ? "http" : "https";
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(scheme + "://" + address + path));
        Path file = tokenFile;
        if (file != null && !file.toString().isEmpty()) {
            try {
                request.header("Authorization", "Bearer " + ClientToken.readFrom(file));
            } catch (FileSystemException e) {
                throw PlaceProblem.ofToken(e);
            } catch (IOException e) {
                throw new CommandFailure("token not read: file=" + file + ", problem=" + e.getMessage(), e);
            }
        }
        return request;
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
        try (HttpClient client = client()) {
            return send(client, request, handler);
        }
    }

    private <T> HttpResponse<T> send(
            HttpClient client, HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
        try {
            return client.send(request.build(), handler);
        } catch (ConnectException e) {
            throw new CommandFailure(
                    "no daemon answers: address=" + address
                            + "; start one with ./penstock serve, or say --daemon HOST:PORT",
                    e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "daemon not reached: address=" + address + ", reason=" + e.getMessage() + tls.doubt(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", e);
        }
    }

    private HttpClient client() {
        HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(CONNECT);
        SSLContext context = tls.context();
        return (context == null ? client : client.sslContext(context)).build();
    }

    private JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CommandFailure("no penstockd answers there: address=" + address, e);
        }
    }

    private static String problem(JsonNode problem) {
        StringBuilder text = new StringBuilder(problem.path("detail").asText("refused"));
        for (JsonNode field : problem.path("errors")) {
            text.append("\n  ")
                    .append(field.path("pointer").asText())
                    .append(": ")
                    .append(field.path("detail").asText());
        }
        return text.toString();
    }
}
