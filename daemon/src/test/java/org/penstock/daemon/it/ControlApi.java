package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** A client of the control API; every answer is held against the document. */
final class ControlApi {

    private HttpClient client = HttpClient.newHttpClient();
    private String scheme = "http";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final InetSocketAddress address;
    private final ApiContract contract;
    private String token = "";
    private double lastCallMs;

    ControlApi(InetSocketAddress address, ApiContract contract) {
        this.address = address;
        this.contract = contract;
    }

    ControlApi withToken(String newToken) {
        ControlApi other = new ControlApi(address, contract);
        other.token = newToken;
        other.client = client;
        other.scheme = scheme;
        return other;
    }

    /** Speaks TLS from now on. */
    ControlApi tls(SSLContext context) {
        client = HttpClient.newBuilder().sslContext(context).build();
        scheme = "https";
        return this;
    }

    /** Asks, expects this status, and returns the body. {@code path} may have {@code {id}} in it. */
    JsonNode call(int status, String method, String path, String id, String body) throws Exception {
        HttpResponse<String> response = send(method, path.replace("{id}", id), body);
        assertThat(response.statusCode())
                .as(method + " " + path + ": " + response.body())
                .isEqualTo(status);
        contract.judge(method, path.replaceFirst("\\?.*", ""), response);
        String type = response.headers().firstValue("content-type").orElse("");
        return type.endsWith("json")
                ? JSON.readTree(response.body())
                : JSON.getNodeFactory().textNode(response.body());
    }

    JsonNode create(String body) throws Exception {
        return call(201, "POST", "/api/scans", "", body);
    }

    JsonNode get(String id) throws Exception {
        return call(200, "GET", "/api/scans/{id}", id, null);
    }

    /** Orders arm, start, stop or abort. */
    JsonNode order(int status, String order, String id) throws Exception {
        return call(status, "POST", "/api/scans/{id}/" + order, id, null);
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        HttpRequest.Builder request = request(path);
        BodyPublisher publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        HttpRequest built = request.method(method, publisher).build();
        long beginNs = System.nanoTime();
        HttpResponse<String> response = client.send(built, BodyHandlers.ofString());
        lastCallMs = (System.nanoTime() - beginNs) / 1e6;
        return response;
    }

    /** Returns how long the last call took, from the request to its answer. */
    double lastCallMs() {
        return lastCallMs;
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + address.getPort() + path));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    /** Events of a scan, as they come. */
    record Events(BlockingQueue<String> lines) {
        /** Waits for an event and returns its scan. */
        JsonNode await(String event) throws Exception {
            while (true) {
                String line = lines.poll(20, TimeUnit.SECONDS);
                assertThat(line).as("event " + event + " does not come").isNotNull();
                if (line.equals("event:" + event)) {
                    return JSON.readTree(lines.poll(20, TimeUnit.SECONDS).substring("data:".length()));
                }
            }
        }

        List<String> names() {
            return lines.stream().filter(line -> line.startsWith("event:")).toList();
        }
    }

    /** Comes back to events that have an end, and returns the status of the answer. */
    int resume(String path, String last) throws IOException, InterruptedException {
        return client.send(request(path).header("Last-Event-ID", last).build(), BodyHandlers.discarding())
                .statusCode();
    }

    /** Listens to events, on a thread of its own; {@code last} is the id of the last one seen, or null. */
    Events listen(String path, String last) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).header("Accept", "text/event-stream");
        if (last != null) {
            request.header("Last-Event-ID", last);
        }
        HttpResponse<Stream<String>> response = client.send(request.build(), BodyHandlers.ofLines());
        assertThat(response.statusCode()).isEqualTo(200);
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread.ofVirtual().start(() -> response.body().forEach(lines::add));
        return new Events(lines);
    }
}
