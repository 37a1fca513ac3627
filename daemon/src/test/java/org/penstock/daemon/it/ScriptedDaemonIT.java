package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.source.Numpy;

/**
 * The Python client against what no daemon does at will: damage, acknowledgements taken back. The daemon here is a script, of another hand than
 * the client.
 */
class ScriptedDaemonIT {
    private static final Path CLIENTS = Path.of(System.getProperty("penstock.root", ".."), "protocol", "clients")
            .toAbsolutePath()
            .normalize();

    /** A daemon whose answers to frames each test says in {@code on_frame(connection, index)}; {@code frames} are those that came. */
    private static final String SCRIPT = """
            import json, socket, struct, sys, threading
            sys.dont_write_bytecode = True
            sys.path.insert(0, 'CLIENTS')
            server = socket.create_server(('127.0.0.1', 0))
            frames = []
            def say(c, kind, body, header=b''):
                c.sendall(struct.pack('<4sBBHQ', b'PNST', 1, kind, len(header), len(body)) + header + body)
            def ack(c, written, durable):
                say(c, 33, b'', struct.pack('<QQII', written, durable, 0, 0))
            def refuse(c, code, index):
                say(c, 7, json.dumps({'code': code, 'message': 'x', 'fatal': False, 'frame': index}).encode())
            def serve(c, level, total, received):
                f = c.makefile('rb')
                while True:
                    prefix = f.read(16)
                    if not prefix: return
                    _, _, kind, header_bytes, body_bytes = struct.unpack('<4sBBHQ', prefix)
                    header, body = f.read(header_bytes), f.read(body_bytes)
                    if kind == 1:
                        say(c, 1, json.dumps({'daemon': 'x', 'version': 1, 'checksum': json.loads(body)['checksums'][0]}).encode())
                    if kind in (2, 3):
                        say(c, 4, json.dumps({'stream': 's', 'scan': 'c', 'entry': '1.1', 'frame_bytes': 4, 'chunk_frames': 1,
                            'ack': level, 'level': 'x', 'written_below': 0, 'durable_below': 0, 'received_ranges': received}).encode())
                        say(c, 32, b'', struct.pack('<Q', 1000))
                    if kind == 8: say(c, 9, body)
                    if kind == 16:
                        index = struct.unpack_from('<Q', header)[0]
                        frames.append((index, struct.unpack_from('<H', header, 30)[0], body))
                        on_frame(c, index)
                    if kind == 5:
                        say(c, 6, json.dumps({'stream': 's', 'state': 'complete', 'reason': '', 'frames_expected': total,
                            'frames_written': total, 'frames_durable': total, 'missing_frames': 0, 'missing': []}).encode())
                        c.close(); f.close(); return
            def start(level, total, received=[]):
                threading.Thread(target=lambda: serve(server.accept()[0], level, total, received), daemon=True).start()
                return '127.0.0.1:%d' % server.getsockname()[1]
            """;

    @TempDir
    private Path folder;

    @Test
    void shouldSendAgainFromPythonWhatADaemonTakesBack() throws Exception {
        String printed = run("""
                import penstock_client
                def on_frame(c, index):
                    if len(frames) == 5:
                        ack(c, 5, 1)
                        say(c, 35, struct.pack('<4Q', 1, 2, 4, 1), struct.pack('<II', 2, 0))
                    if len(frames) == 8:
                        print(client.frames_acknowledged, client.frames_durable, [i for i in range(5) if client.is_written(i)])
                        ack(c, 5, 5)
                client = penstock_client.open(start('durable', 5), 'e', 'u4', (1,), frames=5, ack='durable')
                with client:
                    for i in range(5):
                        client.send(struct.pack('<I', 7 * i), index=i)
                print([f[:2] for f in frames], all(f[2] == struct.pack('<I', 7 * f[0]) for f in frames))
                print(client.frames_acknowledged, client.frames_durable, client.is_durable(4), client.resumed)
                """);

        assertThat(printed.lines())
                .containsExactly(
                        "2 1 [0, 3]",
                        "[(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (1, 1), (2, 1), (4, 1)] True",
                        "5 5 True 0");
    }

    /** The thread that writes a frame is held until the client has taken the answer to it. */
    @Test
    void shouldSendAgainFromPythonWhatIsAskedForWhileItIsWritten() throws Exception {
        String printed = run("""
                import penstock_client
                heard = threading.Event()
                write, refused = penstock_client._Link.write, penstock_client.Stream._refused
                def write_slowly(link, *parts):
                    write(link, *parts)
                    if len(parts) == 2: assert heard.wait(20)
                def hear(*what):
                    refused(*what)
                    heard.set()
                penstock_client._Link.write, penstock_client.Stream._refused = write_slowly, hear
                def on_frame(c, index):
                    if len(frames) == 1: refuse(c, 'payload_checksum', 0)
                    else: ack(c, 1, 0)
                with penstock_client.open(start('written', 1), 'e', 'u4', (1,), frames=1) as client:
                    client.send(b'1234')
                print(frames, client.frames_acknowledged, [e.code for e in client.errors])
                """);

        assertThat(printed).isEqualTo("[(0, 0, b'1234'), (0, 1, b'1234')] 1 ['payload_checksum']");
    }

    @Test
    void shouldAskPythonForIndicesOfAnAttachedStream() throws Exception {
        String printed = run("""
                import penstock_client
                def on_frame(c, index): ack(c, 3, 0)
                with penstock_client.attach(start('written', 3, [[0, 2]]), 's', dtype='u4') as client:
                    try:
                        client.send(b'1234')
                    except TypeError as e:
                        print(e)
                    client.send(b'1234', index=2)
                print([f[0] for f in frames])
                """);

        assertThat(printed.lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("needs an index", "stream=s"),
                        line -> assertThat(line).isEqualTo("[2]"));
    }

    private String run(String lines) throws Exception {
        return Numpy.run(
                folder,
                "numpy",
                SCRIPT.replace("CLIENTS", CLIENTS.resolve("python").toString()) + lines);
    }
}
