package meltemi.peer;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.dubbo.rpc.RpcContext;

/** Gives back what it gets, and signs each answer with the provider's name in a response attachment. */
final class EverythingService implements Everything {
    private final String name;
    private final Set<String> notes = ConcurrentHashMap.newKeySet();

    EverythingService(String name) {
        this.name = name;
    }

    @Override
    public String text(String text) {
        return sign(text);
    }

    @Override
    public Person person(Person person) {
        return sign(person);
    }

    @Override
    public List<Person> people(List<Person> people) {
        return sign(people);
    }

    @Override
    public Map<String, Object> map(Map<String, Object> map) {
        return sign(map);
    }

    @Override
    public Object[] mixed(int number, long big, double real, boolean flag, Object[] values) {
        return sign(new Object[] {number, big, real, flag, values});
    }

    @Override
    public byte[] bytes(byte[] bytes) {
        return sign(bytes);
    }

    @Override
    public String nothing() {
        return sign(null);
    }

    @Override
    public void done(String text) {
        sign(text);
    }

    @Override
    public String business(String text) throws OutOfStock {
        sign(text);
        throw new OutOfStock(text);
    }

    @Override
    public String runtime(String text) {
        sign(text);
        throw new IllegalStateException(text);
    }

    @Override
    public CompletableFuture<String> later(String text, int delayMs) {
        sign(text);
        return CompletableFuture.supplyAsync(
                () -> text, CompletableFuture.delayedExecutor(delayMs, TimeUnit.MILLISECONDS));
    }

    @Override
    public String slow(int delayMs) {
        try {
            Thread.sleep(delayMs);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return sign("slept");
    }

    @Override
    public void note(String text) {
        notes.add(text);
    }

    @Override
    public boolean noted(String text) {
        return sign(notes.contains(text));
    }

    @Override
    public Map<String, String> attachments() {
        return sign(new TreeMap<>(RpcContext.getServerAttachment().getAttachments()));
    }

    @Override
    public String read(String text) {
        return sign(text);
    }

    @Override
    public String write(String text) {
        return sign(text);
    }

    @Override
    public String unrouted(String text) {
        return sign(text);
    }

    private <T> T sign(T answer) {
        RpcContext.getServerResponseContext().setAttachment("Provider", name);
        RpcContext.getServerResponseContext().setAttachment("X-Answer", "from " + name + " \uD83C\uDF0A");
        return answer;
    }
}
