package org.penstock.daemon.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads YAML into full key paths and the text of each value, in the order of the file.
 *
 * <p>Values stay the text that was written, because YAML's own types would spoil them: {@code dataset: 0001} would be the number
 * 1 and {@code file_mode: 0640} the number 416 or 640, depending on the YAML version.
 */
final class YamlKeys {

    /** The text of a value, null for YAML's null, and the line it is in. */
    record Value(@Nullable String text, int line) {}

    private final YAMLParser parser;
    private final List<Problem> problems;
    private final Map<String, Value> values = new LinkedHashMap<>();

    private YamlKeys(YAMLParser parser, List<Problem> problems) {
        this.parser = parser;
        this.problems = problems;
    }

    /**
     * Reads one document.
     *
     * @param problems takes what has no place in a configuration: lists, aliases, repeated keys
     * @throws JsonProcessingException when the text is not YAML; names line and column
     */
    static Map<String, Value> read(String yaml, List<Problem> problems) throws JsonProcessingException {
        try (YAMLParser parser = new YAMLFactory().createParser(yaml)) {
            YamlKeys keys = new YamlKeys(parser, problems);
            keys.readDocument();
            return keys.values;
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory does not fail", e);
        }
    }

    private void readDocument() throws IOException {
        JsonToken token = parser.nextToken();
        if (token == JsonToken.START_OBJECT) {
            readMapping("");
        } else if (token != null && token != JsonToken.VALUE_NULL) {
            problems.add(Problem.expected("(file)", "keys and values", what(token)));
            return;
        }
        if (parser.nextToken() != null) {
            problems.add(Problem.expected("(file)", "one YAML document", "another one at line " + line()));
        }
    }

    private void readMapping(String path) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = path + parser.currentName();
            int line = line();
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_OBJECT) {
                readMapping(key + ".");
            } else if (token == JsonToken.START_ARRAY || parser.isCurrentAlias()) {
                problems.add(Problem.expected(key, "one value", what(token) + " (line " + line + ")"));
                parser.skipChildren();
            } else {
                put(key, new Value(token == JsonToken.VALUE_NULL ? null : parser.getText(), line));
            }
        }
    }

    private void put(String key, Value value) {
        Value earlier = values.putIfAbsent(key, value);
        if (earlier != null) {
            problems.add(new Problem(key, "given twice: lines " + earlier.line() + " and " + value.line()));
        }
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private String what(JsonToken token) throws IOException {
        if (token == JsonToken.START_ARRAY) {
            return "a list";
        }
        return parser.isCurrentAlias() ? "an alias" : parser.getText();
    }
}
