#!/usr/bin/perl
# OpenAPI::Client makes a method of every operation in /openapi.json, and checks what is sent against it.
use strict;
use warnings;
use Mojo::JSON qw(encode_json);
use OpenAPI::Client;

my ($document, $base, $token) = @ARGV;
my $shop = OpenAPI::Client->new("file://$document", base_url => $base);
$shop->ua->on(start => sub { $_[1]->req->headers->authorization("Bearer $token") });

sub answer { my ($tx) = @_; return { status => $tx->res->code // $tx->error->{code}, body => $tx->res->json }; }

my %product = (sku => 'PERL-1', name => 'Camel', category => 'toys', price => { amount => 900, currency => 'GBP' });
my $created = answer($shop->call('createProduct', {}, json => \%product));
my $id = $created->{body}{id};
my $updated = answer($shop->call('updateProduct', { id => $id, 'If-Match' => '"1"' }, json => { stock => 9 }));
my $stale = answer($shop->call('updateProduct', { id => $id, 'If-Match' => '"1"' }, json => { stock => 1 }));
my $page = answer($shop->call('listProducts', { sort => 'name', limit => 200 }));
my $wrong = answer($shop->call('createProduct', {}, json => { %product, category => 'camels' }));
my $gone = answer($shop->call('deleteProduct', { id => $id }));
print encode_json({
  created => 0 + $created->{status},
  updated => $updated->{body}{stock},
  stale => $stale->{body}{code},
  names => [map { $_->{name} } @{ $page->{body}{data} }],
  wrong => 0 + $wrong->{status},
  gone => 0 + $gone->{status},
});
