package publisher

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// answerBytes bounds an answer.
const answerBytes = 64 << 10

// whip posts the offer and returns the answer (RFC 9725 section 4.2).
func (p *Publisher) whip(ctx context.Context, offer string) (string, error) {
	response, err := p.request(ctx, http.MethodPost, p.options.URL, strings.NewReader(offer))
	if err != nil {
		return "", err
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, answerBytes))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("%w: %s: %s", ErrRefused, response.Status, answer)
	}
	endpoint, err := url.Parse(p.options.URL)
	if err != nil {
		return "", fmt.Errorf("read the URL: %w", err)
	}
	resource, err := endpoint.Parse(response.Header.Get("Location"))
	if err != nil {
		return "", fmt.Errorf("read the Location: %w", err)
	}
	p.resource = resource.String()
	return string(answer), nil
}

// unpublish deletes the publication.
func (p *Publisher) unpublish(ctx context.Context) error {
	if p.resource == "" {
		return nil
	}
	response, err := p.request(ctx, http.MethodDelete, p.resource, nil)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func (p *Publisher) request(ctx context.Context, method, to string, body io.Reader) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, to, body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/sdp")
	}
	if p.options.Token != "" {
		request.Header.Set("Authorization", "Bearer "+p.options.Token)
	}
	client := p.options.Client
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask the server: %w", err)
	}
	return response, nil
}
