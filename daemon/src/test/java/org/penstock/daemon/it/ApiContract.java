package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.penstock.daemon.control.ScanRoutes;

/** {@code openapi.yaml} as judge of what is sent and what is answered. */
final class ApiContract {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private final JsonNode document;
    private final Map<JsonNode, Schema> schemas = new HashMap<>();
    private final TreeSet<String> seen = new TreeSet<>();

    ApiContract() throws IOException {
        try (InputStream stream = ScanRoutes.class.getResourceAsStream("openapi.yaml")) {
            document = YAML.readTree(stream);
        }
    }

    /** Returns "METHOD path status" of every answer that was judged. */
    Set<String> seen() {
        return seen;
    }

    /** Returns "METHOD path status" of every answer that is documented and not an error. */
    List<String> successes() {
        List<String> successes = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method -> method.getValue()
                                .path("responses")
                                .fieldNames()
                                .forEachRemaining(status -> {
                                    if (status.startsWith("2")) {
                                        successes.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey()
                                                + " " + status);
                                    }
                                })));
        return successes;
    }

    /** Fails unless the document has this answer, with this type and this form of body. */
    void judge(String method, String path, HttpResponse<String> response) {
        String what = method + " " + path + " " + response.statusCode();
        JsonNode answer = resolved(document.path("paths")
                .path(path)
                .path(method.toLowerCase(Locale.ROOT))
                .path("responses")
                .path(Integer.toString(response.statusCode())));
        assertThat(answer.isObject())
                .as("documented: " + what + " " + response.body())
                .isTrue();
        String type = response.headers().firstValue("content-type").orElse("none");
        JsonNode schema = answer.path("content").path(type).path("schema");
        assertThat(schema.isObject()).as("documented: " + what + " " + type).isTrue();
        if (type.endsWith("json")) {
            assertThat(errors(schema, response.body()))
                    .as(what + ": " + response.body())
                    .isEmpty();
        }
        seen.add(what);
    }

    private List<String> errors(JsonNode schema, String body) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", document.path("components"));
        return schemas
                .computeIfAbsent(
                        schema,
                        _ -> SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                                .getSchema(whole.toString(), InputFormat.JSON))
                .validate(
                        body,
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Error::toString)
                .toList();
    }

    private JsonNode resolved(JsonNode node) {
        String reference = node.path("$ref").asText("");
        return reference.isEmpty() ? node : document.at(reference.substring(1));
    }
}
