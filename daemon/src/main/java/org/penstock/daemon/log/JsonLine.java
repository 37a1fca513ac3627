package org.penstock.daemon.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An event as one JSON object, for collectors: {@code time}, {@code level}, {@code thread}, {@code logger}, {@code message}, {@code fields} and, where there
 * is one, {@code stack}. Fields are what the message names: of {@code "stream ended: detector={}, scan={}"} these are {@code detector} and {@code scan}.
 *
 * <p><b>Threading:</b> any thread.
 */
final class JsonLine {
    /** A place for a value in a message, and the key before it if it has one. */
    private static final Pattern PLACE = Pattern.compile("(?:([A-Za-z][A-Za-z0-9_.]*)=)?\\{}");

    private static final JsonFactory JSON = new JsonFactory();

    private JsonLine() {}

    static String of(ILoggingEvent event) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("time", event.getInstant().toString());
            json.writeStringField("level", event.getLevel().toString());
            json.writeStringField("thread", event.getThreadName());
            String logger = event.getLoggerName();
            json.writeStringField("logger", logger.substring(logger.lastIndexOf('.') + 1));
            json.writeStringField("message", event.getFormattedMessage());
            json.writeObjectFieldStart("fields");
            for (Map.Entry<String, @Nullable Object> field :
                    fields(event.getMessage(), event.getArgumentArray()).entrySet()) {
                write(json, field.getKey(), field.getValue());
            }
            json.writeEndObject();
            IThrowableProxy thrown = event.getThrowableProxy();
            if (thrown != null) {
                json.writeStringField("stack", ThrowableProxyUtil.asString(thrown));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, String key, @Nullable Object value) throws IOException {
        json.writeFieldName(key);
        switch (value) {
            case null -> json.writeNull();
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Boolean is -> json.writeBoolean(is);
            default -> json.writeString(value.toString());
        }
    }

    private static Map<String, @Nullable Object> fields(String template, @Nullable Object @Nullable [] values) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        Matcher place = PLACE.matcher(template);
        for (int i = 0; values != null && i < values.length && place.find(); i++) {
            String key = place.group(1);
            if (key != null) {
                fields.put(key, values[i]);
            }
        }
        return fields;
    }
}
